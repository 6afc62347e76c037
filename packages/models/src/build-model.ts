import * as tfl from '@tensorflow/tfjs-layers';

/** An entry that the class of a network's authors stores and never uses: its whole name, its shape, and its value, one for all or each; 0 by default. */
export type StoredEntry = readonly [name: string, shape: readonly number[], value?: number | readonly number[]];

/** How a state dict of a network's authors differs in names from a model. */
export interface TorchNames {
  /** Where the code lies whose names these are. */
  readonly code?: string;
  /** Why no code of its authors has this network, where other options make one that has; a clause after `as`. */
  readonly noCode?: string;
  /** Pairs of names of layers, where the code is Keras's: as Keras calls them, ours. Layers that are called alike are left out. */
  readonly keras?: ReadonlyArray<readonly [theirs: string, ours: string]>;
  /** Entries that the authors' network stores and never uses. */
  readonly stored?: readonly StoredEntry[];
  /** Prefixes of the modules of the authors' network that this one is made without. */
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

/** Entries of a batch norm that is stored and never used. */
export function storedNorm(name: string, channels: number): StoredEntry[] {
  return [
    [`${name}.weight`, [channels], 1],
    [`${name}.bias`, [channels]],
    [`${name}.running_mean`, [channels]],
    [`${name}.running_var`, [channels], 1],
  ];
}

/** The differences that {@link buildModel} stored. */
export function torchNamesOf(model: tfl.LayersModel): TorchNames {
  const metadata = model.getUserDefinedMetadata() as { torchNames?: TorchNames } | undefined;
  return metadata?.torchNames ?? {};
}
