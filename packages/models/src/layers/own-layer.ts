import type { LayerTraits } from './layer-traits.js';

/** What is asked of a layer of ours. It is told by its fields, so that one made with another copy of this package counts too. */
export interface OwnLayer {
  readonly traits: LayerTraits;
  /** Layers of which it is made. */
  readonly parts: readonly OwnLayer[];
}

/** A layer, where it is one of ours. */
export function ownLayer(layer: unknown): OwnLayer | undefined {
  const { traits, parts } = layer as Partial<OwnLayer>;
  return typeof traits === 'object' && traits !== null && Array.isArray(parts) ? (layer as OwnLayer) : undefined;
}

/** A layer and, one after the other, the parts of which it is made; nothing where it is not one of ours. */
export function withParts(layer: unknown): OwnLayer[] {
  const own = ownLayer(layer);
  return own ? [own, ...own.parts.flatMap(withParts)] : [];
}
