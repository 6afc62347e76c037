import * as tfl from '@tensorflow/tfjs-layers';
import { Activation, type ActivationName } from './activation.js';
import { BatchNormalization, type BatchNormalizationArgs } from './batch-normalization.js';
import { Conv2d, type Conv2dArgs } from './conv2d.js';
import { DepthwiseConv2d, type DepthwiseConv2dArgs } from './depthwise-conv2d.js';
import { DropPath } from './drop-path.js';
import { FlattenChannelsFirst } from './flatten-channels-first.js';
import { Linear, type LinearArgs } from './linear.js';
import { AvgPool2d, GlobalAveragePool, MaxPool2d, type Pool2dArgs } from './pooling.js';
import { AdaptiveAvgPool2d } from './resample2d.js';
import { SeededDropout } from './seeded-dropout.js';

/** A symbolic tensor of tfjs-layers. */
export type Node = tfl.SymbolicTensor;

/** What a network's layers share. */
export interface LayerBuilderOptions {
  /** Seed of the initial weights and of the dropout masks. */
  seed: number;
  /** Put before every layer's name. */
  prefix?: string;
}

/** What {@link layerBuilder} gives. */
export type LayerBuilder = ReturnType<typeof layerBuilder>;

/**
 * Short forms for building a functional model: each takes a node, a name and the layer's arguments, and gives the next
 * node. Names are those of the PyTorch modules, so that state dicts load by name.
 */
export function layerBuilder(options: LayerBuilderOptions) {
  const { seed, prefix = '' } = options;
  const named = (name: string) => ({ name: prefix + name, seed });
  const apply = (layer: tfl.layers.Layer, x: Node | Node[]) => layer.apply(x) as Node;
  return {
    apply,
    named,
    conv: (x: Node, name: string, args: Conv2dArgs) => apply(new Conv2d({ ...named(name), ...args }), x),
    depthwise: (x: Node, name: string, args: DepthwiseConv2dArgs) =>
      apply(new DepthwiseConv2d({ ...named(name), ...args }), x),
    batchNorm: (x: Node, name: string, args: BatchNormalizationArgs = {}) =>
      apply(new BatchNormalization({ ...named(name), ...args }), x),
    linear: (x: Node, name: string, args: LinearArgs) => apply(new Linear({ ...named(name), ...args }), x),
    activation: (x: Node, name: string, activation: ActivationName) =>
      apply(new Activation({ ...named(name), activation }), x),
    maxPool: (x: Node, name: string, args: Pool2dArgs) => apply(new MaxPool2d({ ...named(name), ...args }), x),
    avgPool: (x: Node, name: string, args: Pool2dArgs) => apply(new AvgPool2d({ ...named(name), ...args }), x),
    globalAveragePool: (x: Node, name: string) => apply(new GlobalAveragePool(named(name)), x),
    adaptiveAvgPool: (x: Node, name: string, size: number) =>
      apply(new AdaptiveAvgPool2d({ ...named(name), height: size, width: size }), x),
    flatten: (x: Node, name: string) => apply(new FlattenChannelsFirst(named(name)), x),
    dropout: (x: Node, name: string, rate: number) => apply(new SeededDropout({ ...named(name), rate }), x),
    dropPath: (x: Node, name: string, rate: number) =>
      rate === 0 ? x : apply(new DropPath({ ...named(name), rate }), x),
    concat: (x: Node[], name: string) => apply(tfl.layers.concatenate({ name: prefix + name, axis: -1 }), x),
    add: (x: Node[], name: string) => apply(tfl.layers.add({ name: prefix + name }), x),
  };
}
