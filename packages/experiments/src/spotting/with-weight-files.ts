import { checkOptions } from '@mer/options';
import { type SpotterDefinition, withNetworks } from '@mer/spotting';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { putWeights } from '../run/put-weights.js';
import { ExperimentError } from '../schema/experiment-error.js';

/** A spotter that can spot, and what frees its networks. */
export interface TaughtSpotter {
  readonly spotter: SpotterDefinition;
  dispose(): void;
}

/**
 * A spotter that learns, with networks whose weights are in files: safetensors of a study, PyTorch or Keras of its authors. Any other spotter as it is.
 *
 * @param spotter one of `spotters`, or anybody's own
 * @param files one for each of its networks by name
 * @param options those of the spotter
 * @throws {@link ExperimentError} where a network has no file, or a file no network; Error that names a file that does not fit
 *
 * @example
 * ```ts no-run
 * import { withWeightFiles } from '@mer/experiments';
 * import { mtsn, spot } from '@mer/spotting';
 *
 * const { spotter, dispose } = await withWeightFiles(mtsn, { both: 'runs/mtsn-cas-me2/folds/s15/both.safetensors' });
 * console.log(await spot(recording, spotter));
 * dispose();
 * ```
 */
export async function withWeightFiles(
  spotter: SpotterDefinition,
  files: Readonly<Record<string, string>>,
  options: Readonly<Record<string, unknown>> = {},
): Promise<TaughtSpotter> {
  const { learning, name } = spotter;
  const names = Object.keys(learning?.networks ?? {});
  const stray = Object.keys(files).find((network) => !names.includes(network));
  if (stray !== undefined) {
    throw new ExperimentError(
      `Cannot give weights to ${name} as they must be of ${names.length > 0 ? `its networks, ${names.join(' and ')}` : 'a network, and it has none'}: current value is ${stray}`,
    );
  }
  if (!learning) return { spotter, dispose: () => {} };
  const missing = names.filter((network) => files[network] === undefined);
  if (missing.length > 0) {
    throw new ExperimentError(
      `Cannot spot by ${name} as its networks must have learned: give weights of ${missing.join(' and ')}, such as <study>/folds/<subject>/${missing[0]}.safetensors`,
    );
  }
  const settings = checkOptions(`spot expressions by ${name}`, spotter.options, options) as never;
  const networks: Record<string, LayersModel> = {};
  const dispose = () => {
    for (const network of Object.values(networks)) network.dispose();
  };
  try {
    for (const network of names) {
      networks[network] = await learning.create(network, settings, 0);
      await putWeights(networks[network], files[network]!);
    }
    return { spotter: withNetworks(spotter, networks), dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}
