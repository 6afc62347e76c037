import type { LayerBuilder, Node } from './layers/layer-builder.js';
import { MaxPoolWithPlaces, MaxUnpool2d } from './layers/max-unpool2d.js';

/** Convolutions and maps, as a multiple of the width, of the five stages on the way down. */
const STAGES: ReadonlyArray<readonly [count: number, times: number]> = [
  [2, 1],
  [2, 2],
  [3, 4],
  [3, 8],
  [3, 8],
];

/** How {@link segNet} is made. */
export interface SegNetPlan {
  /** Maps of the first stage. */
  readonly width: number;
  /** Number of output maps. */
  readonly outputs: number;
}

/**
 * SegNet: the convolutions of VGG-16 down through five poolings, and up again through the places of the maxima.
 *
 * Reference: Badrinarayanan, Kendall, Cipolla 2017, arXiv 1511.00561; names of the FDP authors' code.
 */
export function segNet(nn: LayerBuilder, input: Node, { width, outputs }: SegNetPlan): Node {
  // places of equal maxima are told by the first: so equal surroundings must give equal numbers on the way down
  const convNorm = (x: Node, name: string, filters: number, steady = false) => {
    const y = nn.conv(x, `conv${name}`, { filters, kernelSize: 3, padding: 1, steady });
    return nn.activation(nn.batchNorm(y, `bn${name}`), `relu${name}`, 'relu');
  };
  let x = input;
  const places: Node[] = [];
  STAGES.forEach(([count, times], index) => {
    for (let number = 1; number <= count; number++) x = convNorm(x, `${index + 1}${number}`, width * times, true);
    const [most, where] = new MaxPoolWithPlaces(nn.named(`pool${index + 1}`)).apply(x) as unknown as [Node, Node];
    places.push(where);
    x = most;
  });
  for (let index = STAGES.length - 1; index >= 0; index--) {
    const [count, times] = STAGES[index]!;
    const below = index === 0 ? outputs : width * STAGES[index - 1]![1];
    x = nn.apply(new MaxUnpool2d(nn.named(`unpool${index + 1}`)), [x, places[index]!]);
    for (let number = count; number >= 1; number--) {
      const name = `${index + 1}${number}d`;
      if (index === 0 && number === 1) {
        x = nn.conv(x, `conv${name}`, { filters: outputs, kernelSize: 3, padding: 1 });
      } else {
        x = convNorm(x, name, number === 1 ? below : width * times);
      }
    }
  }
  return x;
}
