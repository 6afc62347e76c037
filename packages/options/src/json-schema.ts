/**
 * JSON Schema of options, for editors that complete and check files.
 *
 * @module @mer/options/json-schema
 */

import { toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';

/**
 * The JSON Schema (draft 2020-12) of a schema: types, ranges, defaults and words. Checks that are functions are left out.
 *
 * @example
 * ```ts
 * import { integer, optionsSchema } from '@mer/options';
 * import { jsonSchemaOf } from '@mer/options/json-schema';
 *
 * const { properties } = jsonSchemaOf(optionsSchema({ classes: integer('Number of classes.', { min: 2, default: 3 }) }));
 * console.log(JSON.stringify(properties)); // {"classes":{"type":"integer","minimum":2,"description":"Number of classes.","default":3}}
 * ```
 */
export function jsonSchemaOf(schema: v.GenericSchema): Record<string, unknown> {
  return toJsonSchema(schema, {
    typeMode: 'input',
    target: 'draft-2020-12',
    ignoreActions: ['check', 'finite', 'raw_check', 'partial_check', 'forward'],
    // `expected` is for messages; the rest of the metadata says in JSON Schema what a check that is a function says here
    overrideAction: ({ valibotAction, jsonSchema }) => {
      if (valibotAction.type !== 'metadata') return undefined;
      const { expected: _, ...rest } = jsonSchema as typeof jsonSchema & { expected?: string };
      return rest;
    },
  }) as Record<string, unknown>;
}
