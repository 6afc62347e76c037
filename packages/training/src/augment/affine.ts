/** How one image is moved: mirrored, turned, shifted, scaled. */
export interface Warp {
  /** Mirror left and right. */
  flip: boolean;
  /** Turn by this many radians; positive moves the right side down. */
  angle: number;
  /** Magnify by this factor. */
  zoom: number;
  /** Move right by this share of the width, and down by this share of the height. */
  shift: readonly [x: number, y: number];
  /** Take the nearest pixel instead of weighing four. */
  nearest?: boolean;
  /** What lies outside is 0 instead of the border repeated. */
  zeros?: boolean;
}

/** The change that changes nothing. */
export const NO_WARP: Readonly<Warp> = Object.freeze<Warp>({ flip: false, angle: 0, zoom: 1, shift: [0, 0] });

/** Where an image holds flow vectors. */
export interface FlowChannels {
  /** Channel of the horizontal flow. */
  u: number;
  /** Channel of the vertical flow. */
  v: number;
  /** The value that means no flow. */
  zero: number;
}

/**
 * Mirrors, turns, magnifies and moves an image about its center, in this order: bilinear with the border repeated outwards, or else as the warp says. Flow
 * vectors change with the picture that they belong to. A change by whole pixels or a mirror alone is exact.
 *
 * @param values - `[..., H, W, C]`, row by row; every frame is changed alike
 * @param shape - its shape
 * @param warp - what to do
 * @param flow - the channels of flow vectors, where there are any
 * @returns new values of the same shape
 */
export function warpRow(values: Float32Array, shape: readonly number[], warp: Warp, flow?: FlowChannels): Float32Array {
  const [height, width, channels] = shape.slice(-3) as [number, number, number];
  const { flip, angle, zoom, shift, nearest = false, zeros = false } = warp;
  const [centerX, centerY] = [(width - 1) / 2, (height - 1) / 2];
  const [moveX, moveY] = [shift[0] * width, shift[1] * height];
  const mirror = flip ? -1 : 1;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const out = new Float32Array(values.length);
  const size = height * width * channels;
  for (let frame = 0; frame < values.length; frame += size) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const dx = (x - centerX - moveX) / zoom;
        const dy = (y - centerY - moveY) / zoom;
        const wholeX = onGrid(mirror * (cos * dx + sin * dy) + centerX, nearest);
        const wholeY = onGrid(cos * dy - sin * dx + centerY, nearest);
        const sourceX = clamp(wholeX, width - 1);
        const sourceY = clamp(wholeY, height - 1);
        let to = frame + (y * width + x) * channels;
        if (zeros && (sourceX !== wholeX || sourceY !== wholeY)) {
          out.fill(flow ? flow.zero : 0, to, to + channels);
          continue;
        }
        const x0 = Math.floor(sourceX);
        const y0 = Math.floor(sourceY);
        const fx = sourceX - x0;
        const fy = sourceY - y0;
        const right = x0 + 1 < width ? channels : 0;
        const below = y0 + 1 < height ? width * channels : 0;
        let at = frame + (y0 * width + x0) * channels;
        for (let c = 0; c < channels; c++, at++, to++) {
          const top = values[at]! + fx * (values[at + right]! - values[at]!);
          const bottom = values[at + below]! + fx * (values[at + below + right]! - values[at + below]!);
          out[to] = top + fy * (bottom - top);
        }
      }
    }
  }
  if (flow) turnVectors(out, channels, flow, { mirror, cos: cos * zoom, sin: sin * zoom });
  return out;
}

function turnVectors(
  values: Float32Array,
  channels: number,
  { u, v, zero }: FlowChannels,
  { mirror, cos, sin }: { mirror: number; cos: number; sin: number },
): void {
  for (let at = 0; at < values.length; at += channels) {
    const x = mirror * (values[at + u]! - zero);
    const y = values[at + v]! - zero;
    values[at + u] = cos * x - sin * y + zero;
    values[at + v] = sin * x + cos * y + zero;
  }
}

/** The place of a sample, or the pixel nearest to it: of two as near the even one, as in PyTorch. */
function onGrid(value: number, nearest: boolean): number {
  // rounding of sines and cosines must not move a sample off the grid it lies on, or off the middle of two pixels
  const halves = Math.round(2 * value) / 2;
  const exact = Math.abs(value - halves) < 1e-9 ? halves : value;
  if (!nearest) return exact;
  const below = Math.floor(exact);
  const rest = exact - below;
  return rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
}

function clamp(value: number, highest: number): number {
  return Math.min(Math.max(value, 0), highest);
}
