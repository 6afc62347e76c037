import type * as tfl from '@tensorflow/tfjs-layers';

/** A row of {@link layerTable}. */
export interface LayerRow {
  /** Name of the layer. */
  readonly name: string;
  /** Its class, less the `Mer` of this package's layers. */
  readonly type: string;
  /** Shape of its output without the batch, or of the first where it has several. */
  readonly shape: ReadonlyArray<number | null>;
  /** Names of the layers that feed it. */
  readonly inputs: readonly string[];
  /** Numbers that training adjusts. */
  readonly trainable: number;
  /** Running statistics and other fixed numbers. */
  readonly fixed: number;
}

/**
 * The layers of a model as rows of plain data, in the order in which they run.
 *
 * @example
 * ```ts
 * import { createStstNet, layerTable } from '@mer/models';
 *
 * const rows = layerTable(createStstNet({ classes: 3 }));
 * console.log(rows.map(({ name }) => name).join(' ')); // image streams maxpool dropout avgpool flatten fc
 * console.log(rows.at(-1)!.shape, rows.at(-1)!.trainable); // [ 3 ] 1203
 * ```
 */
export function layerTable(model: tfl.LayersModel): LayerRow[] {
  const size = (variables: tfl.LayerVariable[]) =>
    variables.reduce((sum, { shape }) => sum + shape.reduce<number>((product, length) => product * length!, 1), 0);
  return model.layers.map((layer) => {
    const shapes = layer.outputShape as tfl.Shape | tfl.Shape[];
    const first = (Array.isArray(shapes[0]) ? shapes[0] : shapes) as tfl.Shape;
    return {
      name: layer.name,
      type: layer.getClassName().replace(/^Mer/, ''),
      shape: first.slice(1),
      inputs: layer.inboundNodes.flatMap((node) => node.inboundLayers.map((source) => source.name)),
      trainable: size(layer.trainableWeights),
      fixed: size(layer.nonTrainableWeights),
    };
  });
}
