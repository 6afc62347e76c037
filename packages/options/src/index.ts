/**
 * One declaration of an option: its check, its error text, its type and its JSON Schema. Thin, over valibot.
 *
 * @module @mer/options
 */

export * from './callback.js';
export * from './check.js';
export * from './describe.js';
export * from './hash-of.js';
export { type OptionIssue, optionIssues, show } from './issues.js';
export * from './kinds.js';
export {
  type Defaulted,
  expectedOf,
  type Given,
  type Kind,
  type Option,
  type Optional,
  type OptionEntries,
  type OptionsOf,
  option,
  type Resolved,
} from './option.js';
export * from './options-schema.js';
export * from './parts.js';
export * from './stable-json.js';
export { suggestion } from './suggestion.js';
export * from './visible.js';
