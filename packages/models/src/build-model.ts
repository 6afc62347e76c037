import * as tfl from '@tensorflow/tfjs-layers';

/** How a PyTorch state dict differs in names from a model. */
export interface TorchNames {
  /** Prefixes of entries that the authors' network stores and never uses. */
  readonly unused?: readonly string[];
  /** Patterns (regular expressions) and their replacements, for names of older files. */
  readonly renamed?: ReadonlyArray<readonly [pattern: string, replacement: string]>;
  /** Where a backbone's state dict goes: prefixes of its copies, and prefixes of its names (all by default). */
  readonly backbone?: { readonly copies: readonly string[]; readonly parts?: readonly string[] };
}

/** What {@link buildModel} takes. */
export interface BuildModelSpec {
  /** Name of the model. */
  readonly name: string;
  /** Input nodes. */
  readonly inputs: tfl.SymbolicTensor | tfl.SymbolicTensor[];
  /** Output nodes. */
  readonly outputs: tfl.SymbolicTensor | tfl.SymbolicTensor[];
  /** How a PyTorch state dict differs in names; stored with the model. */
  readonly torchNames?: TorchNames;
}

/** A `tf.LayersModel` that knows how the names of a PyTorch state dict differ from its own. */
export function buildModel(spec: BuildModelSpec): tfl.LayersModel {
  const { name, inputs, outputs, torchNames } = spec;
  const model = tfl.model({ inputs, outputs, name });
  disposeShared(model);
  if (torchNames !== undefined) model.setUserDefinedMetadata({ torchNames });
  return model;
}

/** tfjs counts every use of a layer and takes a single one back when the model goes: the weights of a layer that is used twice would stay. */
function disposeShared(model: tfl.LayersModel): void {
  const { dispose } = model;
  model.dispose = () => {
    for (const layer of model.layers) for (let uses = layer.inboundNodes.length; uses > 1; uses--) layer.dispose();
    return dispose.call(model);
  };
}

/** The differences that {@link buildModel} stored. */
export function torchNamesOf(model: tfl.LayersModel): TorchNames {
  const metadata = model.getUserDefinedMetadata() as { torchNames?: TorchNames } | undefined;
  return metadata?.torchNames ?? {};
}
