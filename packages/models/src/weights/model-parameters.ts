import type * as tfl from '@tensorflow/tfjs-layers';
import { NetworkLayer } from '../layers/network-layer.js';
import type { ParameterLayout } from './layouts.js';

/** A weight of a model under both of its names. */
export interface ModelParameter {
  /** `<layer>/<weight>`, for example `conv1/kernel`: our layout. */
  readonly name: string;
  /** `<module>.<parameter>`, for example `conv1.weight`: PyTorch's layout. */
  readonly torchName: string;
  /** How the two layouts correspond. */
  readonly layout: ParameterLayout;
  /** Shape in our layout. */
  readonly shape: readonly number[];
  /** Whether training changes it. */
  readonly trainable: boolean;
  /** Whether it belongs to the classifier's last layer. */
  readonly head: boolean;
  /** Whether PyTorch computes it instead of storing it. */
  readonly computed: boolean;
  /** The weight itself. */
  readonly variable: tfl.LayerVariable;
}

/**
 * The weights of a model in the order of its layers, each with the name and layout it has in PyTorch.
 *
 * @example
 * ```ts
 * import { createStstNet, modelParameters } from '@mer/models';
 *
 * const [first] = modelParameters(createStstNet({ classes: 3 }));
 * console.log(first!.name, first!.torchName); // streams/conv1.kernel conv1.weight
 * ```
 */
export function modelParameters(model: tfl.LayersModel): ModelParameter[] {
  return model.layers.flatMap((layer) => {
    const known = new Map(
      layer instanceof NetworkLayer ? layer.parameters.map((parameter) => [parameter.variable, parameter]) : [],
    );
    const trainable = new Set(layer.trainableWeights);
    const variables = layer instanceof NetworkLayer ? [...known.keys()] : layer.weights;
    return variables.map((variable): ModelParameter => {
      const parameter = known.get(variable);
      const own = variable.originalName;
      return {
        name: own,
        torchName: torchNameOf(layer.name, parameter?.torchName ?? own.split('/').pop()!),
        layout: parameter?.layout ?? 'same',
        shape: variable.shape as number[],
        trainable: trainable.has(variable),
        head: layer instanceof NetworkLayer && layer.head,
        computed: parameter?.computed ?? false,
        variable,
      };
    });
  });
}

function torchNameOf(layer: string, name: string): string {
  if (name === '') return layer;
  return name.startsWith('/') ? name.slice(1) : `${layer}.${name}`;
}

/**
 * How many numbers training adjusts, and how many are running statistics or fixed.
 *
 * @example
 * ```ts
 * import { countParameters, createStstNet } from '@mer/models';
 *
 * console.log(countParameters(createStstNet({ classes: 3 })).trainable); // 1683
 * ```
 */
export function countParameters(model: tfl.LayersModel): ParameterCount {
  const count = { trainable: 0, fixed: 0 };
  for (const { shape, trainable } of modelParameters(model)) {
    count[trainable ? 'trainable' : 'fixed'] += shape.reduce((product, size) => product * size, 1);
  }
  return count;
}

/** What {@link countParameters} gives. */
export interface ParameterCount {
  /** Numbers that training adjusts; PyTorch's `sum(p.numel() for p in model.parameters() if p.requires_grad)`. */
  trainable: number;
  /** Running statistics and weights that training leaves alone. */
  fixed: number;
}
