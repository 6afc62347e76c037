import { checkOptions, integer, type OptionsOf, tuple } from '@mer/options';
import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel, storedNorm } from '../build-model.js';
import { ChannelSlice } from '../layers/combine.js';
import { ConvolutionalAttention } from '../layers/convolutional-attention.js';
import { layerBuilder, type Node } from '../layers/layer-builder.js';

const sfamnetOptions = {
  classes: integer('Number of classes, the neutral one among them as the last.', { min: 2, default: 5 }),
  inputShape: tuple('Height, width and channels (u, v, flow of depth).', ['height', 'width', 'channels'], {
    default: [42, 42, 3],
  }),
  seed: integer('Seed of the initial weights.', { min: 0, default: 0 }),
};

/** Options of {@link createSfamnet}. */
export type SfamnetOptions = OptionsOf<typeof sfamnetOptions>;

/** Batch norms that the authors store and never apply. */
const STORED = ['c1', 'c2', 'c3'].flatMap((stream) => [
  ...storedNorm(`${stream}.0.bn1`, 3),
  ...storedNorm(`${stream}.0.bn2`, 3),
  ...storedNorm(`${stream}.0.cbam.SpatialGate.spatial.bn`, 1),
]);

/**
 * SFAMNet: spots and recognizes at once, from flow in the image and in depth.
 *
 * Input `[batch, 42, 42, 3]`. Outputs: `[batch, 1]`, how much the moment looks like a micro-expression (0..1), and logits `[batch, classes]`. Each channel: a
 * residual block of two convolutions 5x5 with CBAM and a 1x1 convolution beside, max-pool 3; joined; for each of both answers a convolution 5x5 (8 maps),
 * max-pool 3 and one linear layer. With 4 classes and neutral 7,207 parameters, and 42 of batch norms that the authors store and never apply (7,249 with them).
 * Their PyTorch files load by name with {@link loadWeights}.
 *
 * @throws {RangeError} when an option is outside its range.
 *
 * @example
 * ```ts
 * import { countParameters, createSfamnet } from '@mer/models';
 *
 * console.log(countParameters(createSfamnet()).trainable); // 7207
 * ```
 *
 * Reference: Liong, Liong, See, Chan, "SFAMNet: A scene flow attention-based micro-expression network", Neurocomputing 2024; layers from the authors' code.
 */
export function createSfamnet(given: SfamnetOptions = {}): tfl.LayersModel {
  const { classes, inputShape, seed } = checkOptions('create sfamnet', sfamnetOptions, given);
  const nn = layerBuilder({ seed });
  const input = tfl.input({ shape: [...inputShape], name: 'image' });
  const five = { kernelSize: 5, padding: 2 };
  const streams = ['c1', 'c2', 'c3'].map((name, channel): Node => {
    const block = `${name}.0`;
    const one = nn.apply(new ChannelSlice({ ...nn.named(`${name}.channel`), start: channel, size: 1 }), input);
    let x = nn.conv(one, `${block}.conv1`, { ...five, filters: 3, bias: false, activation: 'relu' });
    x = nn.conv(x, `${block}.conv2`, { ...five, filters: 3, bias: false });
    x = nn.apply(new ConvolutionalAttention({ ...nn.named(`${block}.cbam`), hidden: 1 }), x);
    const beside = nn.conv(one, `${block}.downsample.0`, { filters: 3, kernelSize: 1, bias: false });
    x = nn.activation(nn.add([x, beside], `${block}.add`), `${block}.relu`, 'relu');
    return nn.maxPool(x, `${name}.pool`, { size: 3 });
  });
  const joined = nn.concat(streams, 'concat');
  const answer = (name: string, conv: string) => {
    const maps = nn.maxPool(nn.conv(joined, conv, { ...five, filters: 8 }), `${conv}.pool`, {
      size: 3,
      stride: 2,
      padding: 1,
    });
    return { flat: nn.flatten(maps, `${conv}.flatten`), name };
  };
  const spot = answer('fc_spot', 'conv1');
  const recognize = answer('fc_recog', 'conv2');
  const outputs = [
    nn.linear(spot.flat, spot.name, { units: 1, activation: 'sigmoid' }),
    nn.linear(recognize.flat, recognize.name, { units: classes, head: true }),
  ];
  return buildModel({
    name: 'sfamnet',
    inputs: input,
    outputs,
    torchNames: { code: 'github.com/genbing99/SFAMNet', stored: STORED },
  });
}
