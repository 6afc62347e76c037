/** Characters of a message. */
const longest = 10_000;

/**
 * Thrown when an experiment, its options or its run folder cannot be used as given: the person who wrote them can mend it, and nothing has
 * been started. A message that a file makes longer than 10,000 characters is cut short.
 *
 * @example
 * ```ts
 * import { ExperimentError, parseExperiment } from '@mer/experiments';
 *
 * try {
 *   parseExperiment({ name: 'x' }, { source: 'x.yaml' });
 * } catch (error) {
 *   console.log(error instanceof ExperimentError); // true
 * }
 * ```
 */
export class ExperimentError extends Error {
  override name = 'ExperimentError';

  constructor(message: string, options?: ErrorOptions) {
    super(message.length > longest ? `${message.slice(0, longest)}…` : message, options);
  }
}
