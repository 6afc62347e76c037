import { checkOptions, integer, type OptionsOf, tuple } from '@mer/options';
import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from '../build-model.js';
import { ChannelSlice } from '../layers/combine.js';
import { Conv2d } from '../layers/conv2d.js';
import { layerBuilder, type Node } from '../layers/layer-builder.js';

const mtsnOptions = {
  inputShape: tuple('Height, width and channels (u, v, strain) of both images.', ['height', 'width', 'channels'], {
    default: [28, 28, 3],
  }),
  hidden: integer('Width of the hidden layer.', { min: 1, default: 128 }),
  seed: integer('Seed of the initial weights.', { min: 0, default: 0 }),
};

/** Options of {@link createMtsn}. */
export type MtsnOptions = OptionsOf<typeof mtsnOptions>;

/**
 * MTSN: how much a moment of a video looks like an expression, from the flow to some frames later and to the next frame.
 *
 * Inputs `long` and `short`, `[batch, 28, 28, 3]` each, channels u, v and strain; both go through the same three convolutions 5x5 (3, 5 and 8 maps), ReLU and
 * max-pools, flattened (channel, row, column); side by side through 128 units with ReLU to one with a sigmoid. Output `[batch, 1]`, 0..1. 66,209 parameters. The
 * authors' PyTorch files load by name with {@link loadWeights}.
 *
 * @throws {RangeError} when an option is outside its range.
 *
 * @example
 * ```ts
 * import { countParameters, createMtsn } from '@mer/models';
 *
 * console.log(countParameters(createMtsn()).trainable); // 66209
 * ```
 *
 * Reference: Liong, See, Chan, "MTSN: A multi-temporal stream network for spotting facial macro- and micro-expression with hard and soft pseudo-labels", FME
 * 2022; layer sizes and order from the authors' code.
 */
export function createMtsn(given: MtsnOptions = {}): tfl.LayersModel {
  const { inputShape, hidden, seed } = checkOptions('create mtsn', mtsnOptions, given);
  const nn = layerBuilder({ seed });
  const convolutions = [3, 5, 8].map(
    (filters, i) =>
      new Conv2d({ ...nn.named(`SOFTNet.conv${i + 1}`), filters, kernelSize: 5, padding: 2, activation: 'relu' }),
  );
  const streamOf = (image: Node, name: string): Node => {
    const maps = convolutions.map((convolution, channel) => {
      const slice = new ChannelSlice({ ...nn.named(`${name}.channel${channel + 1}`), start: channel, size: 1 });
      return nn.maxPool(nn.apply(convolution, nn.apply(slice, image)), `${name}.pool${channel + 1}`, { size: 3 });
    });
    return nn.flatten(nn.maxPool(nn.concat(maps, `${name}.concat`), `${name}.pool`, { size: 2 }), `${name}.flatten`);
  };
  const inputs = ['long', 'short'].map((name) => tfl.input({ shape: [...inputShape], name }));
  let x = nn.concat(
    inputs.map((input, i) => streamOf(input, i === 0 ? 'long.stream' : 'short.stream')),
    'concat',
  );
  x = nn.linear(x, 'fc1', { units: hidden, activation: 'relu' });
  x = nn.linear(x, 'fc2', { units: 1, head: true, activation: 'sigmoid' });
  return buildModel({
    name: 'mtsn',
    inputs,
    outputs: x,
    torchNames: { code: 'github.com/genbing99/MTSN-Spot-ME-MaE' },
  });
}
