import { choice, integer } from '@mer/options';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { attend } from './attend.js';
import { kernelStart, kernelStartOption } from './kernel-start.js';
import { checkLayerInput, oneShape, oneTensor } from './layer-inputs.js';
import { linear } from './linear.js';
import { type LayerArgs, NetworkLayer } from './network-layer.js';
import { ZEROS } from './parameter-start.js';

const STYLES = {
  /** timm and DeiT: qkv.weight, qkv.bias, proj.weight, proj.bias. */
  timm: { qkv: 'qkv.weight', qkvBias: 'qkv.bias', out: 'proj', layout: 'linear' },
  /** torch.nn.MultiheadAttention: in_proj_weight, in_proj_bias, out_proj.weight, out_proj.bias. */
  pytorch: { qkv: 'in_proj_weight', qkvBias: 'in_proj_bias', out: 'out_proj', layout: 'linear' },
  /** Convolutions of size 1 without a bias of the first: to_qkv.weight, to_out.0.weight, to_out.0.bias. */
  conv: { qkv: 'to_qkv.weight', qkvBias: null, out: 'to_out.0', layout: 'conv1x1' },
} as const;

const selfAttentionOptions = {
  heads: integer('Number of heads.', { min: 1 }),
  headSize: integer('Width of one head; the width of the input over `heads`, rounded down, by default.', {
    min: 1,
    optional: true,
  }),
  style: choice('Whose names a PyTorch state dict has.', ['timm', 'pytorch', 'conv'], { default: 'timm' }),
  start: kernelStartOption('truncated-normal'),
};

/** Arguments of {@link SelfAttention}. */
export type SelfAttentionArgs = LayerArgs<typeof selfAttentionOptions>;

/**
 * Multi-head self-attention over tokens `[batch, n, width]`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { SelfAttention } from '@mer/models';
 *
 * console.log(new SelfAttention({ heads: 2 }).apply(tf.zeros([1, 5, 8])).shape); // [ 1, 5, 8 ]
 * ```
 *
 * Reference: Vaswani et al. 2017, arXiv 1706.03762.
 */
export class SelfAttention extends NetworkLayer<typeof selfAttentionOptions> {
  static className = 'MerSelfAttention';
  private qkv!: tfl.LayerVariable;
  private qkvBias: tfl.LayerVariable | null = null;
  private out!: tfl.LayerVariable;
  private outBias!: tfl.LayerVariable;

  constructor(args: SelfAttentionArgs) {
    super(args, selfAttentionOptions);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, tokens, width]');
    const width = shape[2]!;
    const inner = this.options.heads * (this.options.headSize ?? Math.floor(width / this.options.heads));
    const { qkv, qkvBias, out, layout } = STYLES[this.options.style];
    this.qkv = this.addParameter({
      name: 'qkv_kernel',
      shape: [width, 3 * inner],
      start: kernelStart(this.options.start, width, 3 * inner),
      torchName: qkv,
      layout,
    });
    if (qkvBias !== null) {
      this.qkvBias = this.addParameter({ name: 'qkv_bias', shape: [3 * inner], start: ZEROS, torchName: qkvBias });
    }
    this.out = this.addParameter({
      name: 'out_kernel',
      shape: [inner, width],
      start: kernelStart(this.options.start, inner, width),
      torchName: `${out}.weight`,
      layout,
    });
    this.outBias = this.addParameter({ name: 'out_bias', shape: [width], start: ZEROS, torchName: `${out}.bias` });
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = oneTensor(inputs);
      const joined = linear(x, this.qkv.read(), this.qkvBias?.read());
      const [q, k, v] = tf.split(joined, 3, 2) as [tf.Tensor, tf.Tensor, tf.Tensor];
      return linear(attend(q, k, v, { heads: this.options.heads }), this.out.read(), this.outBias.read());
    });
  }
}
