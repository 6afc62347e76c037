/**
 * Thrown when an experiment, its options or its run folder cannot be used as given: the person who wrote them can mend it, and nothing has
 * been started.
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
}
