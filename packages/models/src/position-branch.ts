import type { StoredEntry } from './build-model.js';
import { Regroup } from './layers/combine.js';
import { PositionEmbedding } from './layers/embedding.js';
import type { LayerBuilder, Node } from './layers/layer-builder.js';
import { LayerNormalization } from './layers/layer-normalization.js';
import { ResizeBilinear2d } from './layers/resample2d.js';
import { TransformerBlock } from './layers/transformer-block.js';

/** How a {@link positionBranch} is made. */
export interface PositionBranchPlan {
  /** Height and width of the result. */
  readonly grid: readonly [number, number];
  /** Width of the tokens. */
  readonly width: number;
  /** Whether the image is averaged when it is shrunk to the grid. */
  readonly antialias: boolean;
  /** Number of transformer blocks; 2 by default. */
  readonly depth?: number;
  /** Width of their hidden layers over that of the tokens; 4 by default. */
  readonly expansion?: number;
  /** Share of the samples whose last residual branch training drops, less for earlier ones; 0 by default. */
  readonly dropPath?: number;
  /** Added to the tokens before the last norm: `[batch, height, width, width of the tokens]`. */
  readonly added?: Node;
}

/** What the authors' code of this branch stores and never uses; its classifier has five classes whatever the network has. */
export function storedByPositionBranch(width: number): StoredEntry[] {
  return [
    ['vit_pos.cls_token', [1, 1, width]],
    ['vit_pos.head.weight', [5, width]],
    ['vit_pos.head.bias', [5]],
    ['vit_pos.to_Mask.0.weight', [1, width]],
    ['vit_pos.to_Mask.0.bias', [1]],
  ];
}

/**
 * The branch of MMNet and TSFmicro that tells where: the onset frame shrunk to a grid, one token per pixel, a learned vector
 * per place, transformer blocks of four heads (two in most), norm. The result is `[batch, height, width, width of the tokens]`.
 */
export function positionBranch(nn: LayerBuilder, image: Node, plan: PositionBranchPlan): Node {
  const { grid, width, antialias, depth = 2, expansion = 4, dropPath = 0, added } = plan;
  const [rows, columns] = grid;
  const size = { height: rows, width: columns, antialias };
  let x = nn.apply(new ResizeBilinear2d({ ...nn.named('resize'), ...size }), image);
  x = nn.conv(x, 'vit_pos.patch_embed.proj', { filters: width, kernelSize: 1 });
  x = nn.apply(new Regroup({ ...nn.named('vit_pos.tokens'), shape: [rows * columns, width] }), x);
  x = nn.apply(new PositionEmbedding(nn.named('vit_pos.pos_embed')), x);
  for (let number = 0; number < depth; number++) {
    const rate = depth === 1 ? dropPath : (dropPath * number) / (depth - 1);
    const args = { heads: 4, expansion, dropPath: rate };
    x = nn.apply(new TransformerBlock({ ...nn.named(`vit_pos.blocks.${number}`), ...args }), x);
  }
  if (added !== undefined) {
    const flat = nn.apply(new Regroup({ ...nn.named('vit_pos.added'), shape: [rows * columns, width] }), added);
    x = nn.add([x, flat], 'vit_pos.add');
  }
  x = nn.apply(new LayerNormalization({ ...nn.named('vit_pos.norm'), epsilon: 1e-6 }), x);
  return nn.apply(new Regroup({ ...nn.named('vit_pos.grid'), shape: [rows, columns, width] }), x);
}
