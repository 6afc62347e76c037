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
  /** Added to the tokens before the last norm: `[batch, height, width, width of the tokens]`. */
  readonly added?: Node;
}

/** What the authors' code of this branch stores and never uses. */
export const UNUSED_POSITION_NAMES = ['vit_pos.cls_token', 'vit_pos.head.', 'vit_pos.to_Mask.'];

/**
 * The branch of MMNet and TSFmicro that tells where: the onset frame shrunk to a grid, one token per pixel, a learned vector
 * per place, two transformer blocks of four heads, norm. The result is `[batch, height, width, width of the tokens]`.
 */
export function positionBranch(nn: LayerBuilder, image: Node, plan: PositionBranchPlan): Node {
  const { grid, width, antialias, added } = plan;
  const [rows, columns] = grid;
  const size = { height: rows, width: columns, antialias };
  let x = nn.apply(new ResizeBilinear2d({ ...nn.named('resize'), ...size }), image);
  x = nn.conv(x, 'vit_pos.patch_embed.proj', { filters: width, kernelSize: 1 });
  x = nn.apply(new Regroup({ ...nn.named('vit_pos.tokens'), shape: [rows * columns, width] }), x);
  x = nn.apply(new PositionEmbedding(nn.named('vit_pos.pos_embed')), x);
  for (const number of [0, 1]) {
    x = nn.apply(new TransformerBlock({ ...nn.named(`vit_pos.blocks.${number}`), heads: 4 }), x);
  }
  if (added !== undefined) {
    const flat = nn.apply(new Regroup({ ...nn.named('vit_pos.added'), shape: [rows * columns, width] }), added);
    x = nn.add([x, flat], 'vit_pos.add');
  }
  x = nn.apply(new LayerNormalization({ ...nn.named('vit_pos.norm'), epsilon: 1e-6 }), x);
  return nn.apply(new Regroup({ ...nn.named('vit_pos.grid'), shape: [rows, columns, width] }), x);
}
