import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { checkInteger, checkOneOf } from '../checks.js';
import { attend } from './attend.js';
import { linear } from './linear.js';
import {
  checkLayerInput,
  type KernelStart,
  kernelStart,
  NetworkLayer,
  type NetworkLayerArgs,
  oneShape,
  oneTensor,
  ZEROS,
} from './network-layer.js';

/** Arguments of {@link SelfAttention}. */
export interface SelfAttentionArgs extends NetworkLayerArgs {
  /** Number of heads. */
  heads: number;
  /** Width of one head; the input's width over `heads`, rounded down, by default. */
  headSize?: number;
  /** Names in a PyTorch state dict; `timm` by default. */
  style?: keyof typeof STYLES;
  /** Start of the kernels; `truncated-normal` by default. */
  start?: KernelStart;
}

const STYLES = {
  /** timm and DeiT: qkv.weight, qkv.bias, proj.weight, proj.bias. */
  timm: { qkv: 'qkv.weight', qkvBias: 'qkv.bias', out: 'proj', layout: 'linear' },
  /** torch.nn.MultiheadAttention: in_proj_weight, in_proj_bias, out_proj.weight, out_proj.bias. */
  pytorch: { qkv: 'in_proj_weight', qkvBias: 'in_proj_bias', out: 'out_proj', layout: 'linear' },
  /** Convolutions of size 1 without a bias of the first: to_qkv.weight, to_out.0.weight, to_out.0.bias. */
  conv: { qkv: 'to_qkv.weight', qkvBias: null, out: 'to_out.0', layout: 'conv1x1' },
} as const;

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
export class SelfAttention extends NetworkLayer {
  static className = 'MerSelfAttention';
  private readonly heads: number;
  private readonly headSize: number | undefined;
  private readonly style: keyof typeof STYLES;
  private readonly start: KernelStart;
  private qkv!: tfl.LayerVariable;
  private qkvBias: tfl.LayerVariable | null = null;
  private out!: tfl.LayerVariable;
  private outBias!: tfl.LayerVariable;

  constructor(args: SelfAttentionArgs) {
    super(args);
    checkInteger(`make attention ${this.name}`, 'heads', args.heads);
    this.heads = args.heads;
    this.headSize = args.headSize;
    this.style = args.style ?? 'timm';
    checkOneOf(`make attention ${this.name}`, 'style', this.style, Object.keys(STYLES));
    this.start = args.start ?? 'truncated-normal';
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = oneShape(inputShape);
    checkLayerInput(this, shape, '[batch, tokens, width]');
    const width = shape[2]!;
    const inner = this.heads * (this.headSize ?? Math.floor(width / this.heads));
    const { qkv, qkvBias, out, layout } = STYLES[this.style];
    this.qkv = this.addParameter({
      name: 'qkv_kernel',
      shape: [width, 3 * inner],
      start: kernelStart(this.start, width, 3 * inner),
      torchName: qkv,
      layout,
    });
    if (qkvBias !== null) {
      this.qkvBias = this.addParameter({ name: 'qkv_bias', shape: [3 * inner], start: ZEROS, torchName: qkvBias });
    }
    this.out = this.addParameter({
      name: 'out_kernel',
      shape: [inner, width],
      start: kernelStart(this.start, inner, width),
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
      return linear(attend(q, k, v, { heads: this.heads }), this.out.read(), this.outBias.read());
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    const config = { ...super.getConfig(), heads: this.heads, style: this.style, start: this.start };
    return this.headSize === undefined ? config : { ...config, headSize: this.headSize };
  }
}
