import { checkOptions, either, flag, integer, list, type OptionsOf, text } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { dependsOn, evaluate, inputValues, type NodeValues } from './evaluate.js';
import { isExplained, lastMapNodes, type MapNode, namedMapNode } from './map-nodes.js';

const gradCamOptions = {
  classIndex: either(
    'The class to explain, for all samples or one per sample; the predicted ones by default.',
    [integer('For all samples.', { min: 0 }), list('One per sample.', integer('A class.', { min: 0 }), {})],
    { optional: true },
  ),
  layer: either(
    "Name of the layer whose maps are explained, or several; the last one of each input's branch by default.",
    [text('One.', {}), list('Several.', text('One.', {}), {})],
    { optional: true },
  ),
  normalize: flag('Whether each heat map is divided by its largest value.', { default: true }),
};

/** Options of {@link gradCam}. */
export type GradCamOptions = OptionsOf<typeof gradCamOptions>;

/** What {@link gradCam} gives. */
export interface GradCam {
  /**
   * One heat map per sample, `[batch, height, width]`: one tensor per input in the model's order, or one per layer that was
   * named. The size is that of the layer's maps. The caller disposes them.
   */
  heatMaps: tf.Tensor3D[];
  /** The layer that each tensor of heat maps explains. */
  layers: string[];
  /** The class explained, per sample. */
  classes: number[];
}

/**
 * Grad-CAM: where on its maps a network finds evidence for a class.
 *
 *     a_k = mean over places of d y_c / d A_k,   heat = relu(sum_k a_k A_k),   then divided by its largest value
 *
 * A are the maps of a layer, y_c the output of class c (the logit; none of this package's networks ends in a softmax). Inputs as for
 * `model.predict`: `[batch, …]`, one tensor or a list. A heat map without any positive evidence is 0 everywhere.
 *
 * Without `layer`, every input is explained by the last maps that are its own, before branches are joined: with AFN by the last
 * stage of each ResNet-18. An input without maps of its own (MMNet's apex) gets the last maps to which it contributes. Tokens of a
 * transformer count as maps on their grid, without the class token; of ViT the tokens before the last block are taken, because
 * after it only the class token counts. Where windows or frames are run as a larger batch, the heat maps have that batch,
 * `[batch windows, height, width]`.
 *
 * @throws {TypeError} when the inputs do not fit, for example a sample without batch axis.
 * @throws {RangeError} when there is no such class or layer, with the layers.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createModel, gradCam } from '@mer/models';
 *
 * const model = createModel('afn', { classes: 5, preset: 'small' });
 * const { heatMaps, layers, classes } = await gradCam(model, [tf.ones([2, 48, 48, 3]), tf.ones([2, 48, 48, 3])], { classIndex: 3 });
 * console.log(layers); // [ 'temporal.layer4.1.relu', 'motion.layer4.1.relu' ]
 * console.log(heatMaps[0]!.shape, classes); // [ 2, 2, 2 ] [ 3, 3 ]
 * ```
 *
 * Reference: Selvaraju et al. 2017, arXiv 1610.02391. The choice of layers is this project's.
 */
export async function gradCam(
  model: tfl.LayersModel,
  inputs: tf.Tensor | readonly tf.Tensor[],
  options: GradCamOptions = {},
): Promise<GradCam> {
  const task = `explain ${model.name}`;
  const { classIndex, layer, normalize } = checkOptions(task, gradCamOptions, options);
  const output = model.outputs[0]!;
  const size = output.shape[1];
  if (output.shape.length !== 2 || size == null) {
    throw new TypeError(
      `Cannot ${task} as its first output must be [batch, classes]: current value is [${output.shape.join(', ')}]`,
    );
  }
  const given = inputValues(task, model, inputs);
  const batch = given.get(model.inputs[0]!.id)!.shape[0]!;
  const asked = askedClasses(task, classIndex, { batch, size });
  const targets =
    layer === undefined
      ? lastMapNodes(task, model)
      : [layer].flat().map((name: string) => namedMapNode(task, model, name));
  const [logits, ...maps] = tf.tidy(() => evaluate([output, ...targets.map(({ node }) => node)], given)) as [
    tf.Tensor2D,
    ...tf.Tensor[],
  ];
  try {
    const classes = asked ?? (await predictedClasses(logits));
    const heatMaps = tf.tidy(() => {
      const chosen = tf.oneHot(tf.tensor1d(classes, 'int32'), size);
      return targets.map((target, index) => {
        const known = new Map(given);
        targets.forEach(({ node }, other) => {
          if (!dependsOn(node, target.node)) known.set(node.id, maps[other]!);
        });
        const score = (value: tf.Tensor) => scoreFrom(output, chosen, new Map(known).set(target.node.id, value));
        const slopes = tf.grad(score)(maps[index]!);
        return heat(target, maps[index]!, slopes, normalize);
      });
    });
    return { heatMaps, layers: targets.map(({ node }) => node.sourceLayer.name), classes };
  } finally {
    tf.dispose([logits, maps]);
  }
}

/**
 * Whether a network has layers whose maps {@link gradCam} explains: one of dense layers alone has none.
 *
 * @example
 * ```ts
 * import { createModel, hasMaps } from '@mer/models';
 *
 * console.log(hasMaps(createModel('ststnet', { classes: 3 }))); // true
 * ```
 */
export function hasMaps(model: tfl.LayersModel): boolean {
  return isExplained(model);
}

/** Sum over the samples of the output of the chosen class. */
function scoreFrom(output: tfl.SymbolicTensor, chosen: tf.Tensor, values: NodeValues): tf.Scalar {
  return tf.sum(tf.mul(evaluate([output], values)[0]!, chosen)) as tf.Scalar;
}

function heat({ grid, skip }: MapNode, value: tf.Tensor, slopes: tf.Tensor, normalize: boolean): tf.Tensor3D {
  const channels = value.shape[value.rank - 1]!;
  const maps = (x: tf.Tensor) =>
    x.rank === 4
      ? x
      : tf.reshape(tf.slice(x, [0, skip, 0], [-1, x.shape[1]! - skip, channels]), [x.shape[0]!, ...grid, channels]);
  const weights = tf.mean(maps(slopes), [1, 2], true);
  const evidence = tf.relu(tf.sum(tf.mul(weights, maps(value)), 3)) as tf.Tensor3D;
  if (!normalize) return evidence;
  const largest = tf.max(evidence, [1, 2], true);
  const none = tf.cast(tf.equal(largest, 0), 'float32');
  return tf.div(evidence, tf.add(largest, none));
}

async function predictedClasses(logits: tf.Tensor2D): Promise<number[]> {
  const predicted = tf.argMax(logits, 1);
  try {
    return Array.from(await predicted.data());
  } finally {
    predicted.dispose();
  }
}

function askedClasses(
  task: string,
  classIndex: GradCamOptions['classIndex'],
  { batch, size }: { batch: number; size: number },
): number[] | null {
  if (classIndex === undefined) return null;
  const asked = typeof classIndex === 'number' ? new Array<number>(batch).fill(classIndex) : [...classIndex];
  if (asked.length !== batch) {
    throw new RangeError(
      `Cannot ${task} as classIndex must be one class or one per sample (${batch}): current value has ${asked.length}`,
    );
  }
  const wrong = asked.find((index) => index >= size);
  if (wrong !== undefined) {
    throw new RangeError(
      `Cannot ${task} as classIndex must be an integer from 0 to ${size - 1}: current value is ${wrong}`,
    );
  }
  return asked;
}
