import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { SpotterDefinition } from '../define-spotter.js';
import { answerMoments, momentSource } from './answer-moments.js';

/**
 * A spotter that learns, with networks that have learned: it spots as any other does.
 *
 * @param spotter one with `learning`, such as {@link softnet}
 * @param networks one for each name in `learning.networks`, as its `create` makes them, with weights; they stay the caller's
 * @throws TypeError if it does not learn, or a network is missing
 *
 * @example
 * ```ts
 * import { checkOptions } from '@mer/options';
 * import { frameReader } from '@mer/representations';
 * import { mtsn, spot, withNetworks } from '@mer/spotting';
 * import * as tf from '@tensorflow/tfjs-core';
 *
 * // a network that knows nothing yet: loadWeights() of @mer/models gives it weights
 * const network = await mtsn.learning.create('both', checkOptions('make a network', mtsn.options, {}), 0);
 * const points = Array.from({ length: 68 }, (_, i) => [20 + (i % 17) * 4, 20 + Math.floor(i / 17) * 16] as const);
 * const still = frameReader(tf.ones([30, 96, 96, 1]));
 * const spotter = withNetworks(mtsn, { both: network });
 * console.log(await spot({ frames: still, fps: 30, landmarks: [{ frame: 0, points }] }, spotter)); // []
 * ```
 */
export function withNetworks<Definition extends SpotterDefinition>(
  spotter: Definition,
  networks: Readonly<Record<string, LayersModel>>,
): Definition {
  const { learning } = spotter;
  const task = `give networks to ${spotter.name}`;
  if (!learning) throw new TypeError(`Cannot ${task} as it must be a spotter that learns: it has none`);
  const missing = Object.keys(learning.networks).filter((name) => networks[name] === undefined);
  if (missing.length > 0) {
    throw new TypeError(
      `Cannot ${task} as networks must have ${Object.keys(learning.networks).join(' and ')}: ${missing.join(', ')} is missing`,
    );
  }
  const measure: SpotterDefinition['measure'] = async (recording, options, watch) => {
    const moments = await learning.look(recording, options, watch);
    const answers: Record<string, Float32Array> = {};
    for (const [name, images] of Object.entries(learning.networks)) {
      answers[name] = await answerMoments(networks[name]!, momentSource(moments), images, watch.signal);
    }
    return learning.measured(moments, answers, options);
  };
  return Object.freeze({ ...spotter, measure, learning: undefined });
}
