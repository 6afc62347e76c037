import { checkOptions, integer, type OptionsOf, type Resolved, tuple } from '@mer/options';
import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from '../build-model.js';
import { ChannelSlice } from '../layers/combine.js';
import { layerBuilder, type Node } from '../layers/layer-builder.js';

const softnetOptions = {
  inputShape: tuple('Height, width and channels (u, v, strain).', ['height', 'width', 'channels'], {
    default: [42, 42, 3],
  }),
  hidden: integer('Width of the hidden layer.', { min: 1, default: 400 }),
  seed: integer('Seed of the initial weights.', { min: 0, default: 0 }),
};

/** Options of {@link createSoftnet}. */
export type SoftnetOptions = OptionsOf<typeof softnetOptions>;

/** What the layers of the authors' Keras files are called here. */
const OF_KERAS = [
  ['conv2d', 'conv1'],
  ['conv2d_1', 'conv2'],
  ['conv2d_2', 'conv3'],
  ['dense', 'fc1'],
  ['dense_1', 'fc2'],
] as const;

/**
 * SOFTNet: how much a moment of a video looks like an expression, from the flow to some frames later.
 *
 * Input `[batch, 42, 42, 3]`, channels u, v and strain, brows and eyes above the mouth, each scaled to 0..1 for each sample. Output `[batch, 1]`, a score
 * without bounds. Each channel: convolution 5x5 (3, 5 and 8 maps), ReLU, max-pool 3; joined, max-pool 2, flattened (row, column, channel, as Keras does),
 * 400 units with ReLU, one unit. 314,817 parameters. The authors' Keras files, read by `readWeights` or `parseKerasWeights` of `@mer/io`, load by name
 * with {@link loadWeights}.
 *
 * @throws {RangeError} when an option is outside its range.
 *
 * @example
 * ```ts
 * import { countParameters, createSoftnet } from '@mer/models';
 *
 * console.log(countParameters(createSoftnet()).trainable); // 314817
 * ```
 *
 * Reference: Liong, See, Wong, "Shallow optical flow three-stream CNN for macro- and micro-expression spotting from long videos", ICIP 2021, arXiv
 * 2106.06489; layer sizes and order from the authors' code.
 */
export function createSoftnet(given: SoftnetOptions = {}): tfl.LayersModel {
  const { inputShape, hidden, seed }: Resolved<typeof softnetOptions> = checkOptions(
    'create softnet',
    softnetOptions,
    given,
  );
  const nn = layerBuilder({ seed });
  const input = tfl.input({ shape: [...inputShape], name: 'image' });
  const streams = [3, 5, 8].map((filters, channel): Node => {
    const name = `conv${channel + 1}`;
    const one = nn.apply(new ChannelSlice({ ...nn.named(`${name}.channel`), start: channel, size: 1 }), input);
    const maps = nn.conv(one, name, { filters, kernelSize: 5, padding: 2, activation: 'relu' });
    return nn.maxPool(maps, `${name}.pool`, { size: 3 });
  });
  let x = nn.maxPool(nn.concat(streams, 'concat'), 'pool', { size: 2 });
  x = nn.apply(tfl.layers.flatten({ name: 'flatten' }), x);
  x = nn.linear(x, 'fc1', { units: hidden, activation: 'relu' });
  const outputs = nn.linear(x, 'fc2', { units: 1, head: true });
  return buildModel({
    name: 'softnet',
    inputs: input,
    outputs,
    torchNames: { code: 'github.com/genbing99/SoftNet-SpotME', keras: OF_KERAS },
  });
}
