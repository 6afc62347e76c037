import { type ArrayData, encodeSafetensors, type NamedArrays, parseSafetensors } from '@mer/io';
import type { ModelParameter, ParameterLayout } from '@mer/models';
import { ENCODINGS, type MemberFile, type WeightEncoding } from './model-file.js';
import { sha256Of } from './sha256-of.js';

/** Ends the names of the arrays that hold the scales of an array of whole numbers. */
const SCALE = '#scale';

/** The largest whole number that stands for a weight: as far below zero as above. */
const LARGEST = 127;

/** Weights with fewer values stay float32 in files of whole numbers: little is won. */
const LEAST_VALUES = 1024;

/** Largest finite half float. */
const LARGEST_HALF = 65504;

/** Arrays of float32 by name, as `loadWeights` takes them. */
export type FloatArrays = Readonly<Record<string, { readonly shape: number[]; readonly data: Float32Array }>>;

/** Options of {@link encodeWeights}. */
export interface EncodeWeightsOptions {
  /** How they lie in the file. */
  encoding: WeightEncoding;
  /** What is known of them, as `modelParameters` says it. */
  parameters: readonly Pick<ModelParameter, 'name' | 'layout' | 'computed'>[];
}

/**
 * Weights of a network as the bytes of a safetensors file; equal weights give equal bytes.
 *
 * `float16`: everything but lists (biases, statistics of batch normalization), rounded to the nearest half float. `int8`: kernels of 1,024 values or more as
 * `round(w / s)` in -127..127 with `s = max |w| / 127` for each output channel, which lies beside them as `<name>#scale`; everything else float32. What a network computes by
 * itself, such as tables of indices, is never rounded.
 *
 * @param arrays - by name, in our layout, as `exportWeights` gives them
 * @param options - encoding, and what is known of the weights
 * @returns the bytes; {@link decodeWeights} reads them
 * @throws Error that names the weight which is not finite, or too large for a half float
 *
 * @example
 * ```ts
 * import { createStstNet, exportWeights, modelParameters } from '@mer/models';
 * import { decodeWeights, encodeWeights } from '@mer/predictor';
 *
 * const model = createStstNet({ classes: 3 });
 * const weights = await exportWeights(model);
 * const bytes = encodeWeights(weights, { encoding: 'int8', parameters: modelParameters(model) });
 * console.log(decodeWeights(bytes)['fc/kernel']!.shape); // [ 400, 3 ]
 * ```
 *
 * Reference: for symmetric whole numbers per channel Krishnamoorthi 2018, arXiv 1806.08342. What stays float32 is this project's choice.
 */
export function encodeWeights(
  arrays: Readonly<Record<string, ArrayData>>,
  { encoding, parameters }: EncodeWeightsOptions,
): Uint8Array<ArrayBuffer> {
  if (!ENCODINGS.includes(encoding)) {
    throw new RangeError(`Cannot encode weights as ${String(encoding)}: the encodings are ${ENCODINGS.join(', ')}`);
  }
  const known = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const encoded: NamedArrays = Object.create(null);
  for (const [name, array] of Object.entries(arrays)) {
    const cannot = `Cannot encode the weights ${name}`;
    if (array.dtype !== 'float32') throw new TypeError(`${cannot} as they must be float32: they are ${array.dtype}`);
    if (name.endsWith(SCALE)) throw new RangeError(`${cannot} as no name may end with ${SCALE}: rename the weight`);
    const values = array.data as Float32Array;
    const wrong = values.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) throw new RangeError(`${cannot} as they must be finite: value ${wrong} is ${values[wrong]}`);
    const { layout = 'same', computed = false } = known.get(name) ?? {};
    const kept = computed || array.shape.length < 2;
    if (encoding === 'float16' && !kept) {
      const large = values.find((value) => Math.abs(value) > LARGEST_HALF);
      if (large !== undefined) {
        throw new RangeError(`${cannot} as half floats go to ${LARGEST_HALF}: one is ${large}; use float32 or int8`);
      }
      encoded[name] = { ...array, dtype: 'float16' };
    } else if (encoding === 'int8' && !kept && values.length >= LEAST_VALUES) {
      const { whole, scale } = toWhole(values, array.shape, channelAxes(layout, array.shape.length));
      encoded[name] = whole;
      encoded[name + SCALE] = scale;
    } else {
      encoded[name] = array;
    }
  }
  return encodeSafetensors(encoded);
}

/**
 * Weights of a file as {@link encodeWeights} writes it, as float32.
 *
 * @param bytes - the file
 * @throws Error where the bytes are no such file
 *
 * @example
 * ```ts
 * import { decodeWeights, encodeWeights } from '@mer/predictor';
 *
 * const kernel = { dtype: 'float32' as const, shape: [2, 1], data: Float32Array.of(1, 1 / 3) };
 * const bytes = encodeWeights({ kernel }, { encoding: 'float16', parameters: [] });
 * console.log(decodeWeights(bytes)['kernel']!.data); // Float32Array(2) [ 1, 0.333251953125 ]
 * ```
 */
export function decodeWeights(bytes: Uint8Array): FloatArrays {
  const { arrays } = parseSafetensors(bytes);
  const decoded: Record<string, { shape: number[]; data: Float32Array }> = Object.create(null);
  for (const [name, { dtype, shape, data }] of Object.entries(arrays)) {
    const cannot = `Cannot read the weights ${name.slice(0, 200)}`;
    if (name.endsWith(SCALE)) {
      const of = arrays[name.slice(0, -SCALE.length)];
      if (of?.dtype !== 'int8')
        throw new Error(`${cannot} as they must be the scales of whole numbers: there are none`);
    } else if (dtype === 'float32' || dtype === 'float16') {
      decoded[name] = { shape, data: data as Float32Array };
    } else if (dtype === 'int8') {
      const scale = arrays[name + SCALE];
      if (scale?.dtype !== 'float32')
        throw new Error(`${cannot} as ${name.slice(0, 200)}${SCALE} must be there, float32`);
      decoded[name] = { shape, data: fromWhole(data as Int8Array, shape, scale, cannot) };
    } else {
      throw new Error(`${cannot} as they must be float32, float16 or int8: they are ${dtype}`);
    }
  }
  return decoded;
}

/**
 * The weights of one member of an exported network, once its file is known to be the one that was exported.
 *
 * @param member - what `model.json` says of the file
 * @param bytes - the file
 * @returns float32 arrays by name, for `loadWeights`
 * @throws Error that names the file where its length or its hash is another, or it cannot be read
 *
 * @example
 * ```ts no-run
 * import { parseModelFile, readMemberWeights } from '@mer/predictor';
 *
 * const folder = 'https://example.org/ststnet/';
 * const { weights } = parseModelFile(await (await fetch(`${folder}model.json`)).text());
 * const bytes = new Uint8Array(await (await fetch(folder + weights[0].file)).arrayBuffer());
 * console.log(Object.keys(await readMemberWeights(weights[0], bytes)));
 * ```
 */
export async function readMemberWeights(
  { file, bytes: length, sha256 }: Pick<MemberFile, 'file' | 'bytes' | 'sha256'>,
  bytes: Uint8Array,
): Promise<FloatArrays> {
  const cure = 'Fetch or copy the folder again, all of its files together.';
  if (bytes.length !== length) {
    throw new Error(`Cannot use ${file} as it must have ${length} bytes: it has ${bytes.length}. ${cure}`);
  }
  const found = await sha256Of(bytes);
  if (found !== sha256) {
    throw new Error(`Cannot use ${file} as its SHA-256 must be ${sha256}: it is ${found}. ${cure}`);
  }
  try {
    return decodeWeights(bytes);
  } catch (cause) {
    throw new Error(`Cannot use ${file}: ${(cause as Error).message}`, { cause });
  }
}

/** The axes of our layouts along which the outputs of a kernel lie. */
function channelAxes(layout: ParameterLayout, rank: number): readonly number[] {
  if (layout === 'depthwise2d') return [2, 3];
  if (layout === 'conv2dTranspose') return [2];
  return [rank - 1];
}

/** Rounds values to whole numbers with a scale for each place along `axes`; the scale has the rank of the values, so that it can be multiplied. */
function toWhole(
  values: Float32Array,
  shape: number[],
  axes: readonly number[],
): { whole: ArrayData; scale: ArrayData } {
  const scaleShape = shape.map((length, axis) => (axes.includes(axis) ? length : 1));
  const channels = channelsOf(shape, scaleShape)!;
  const scales = new Float32Array(channels.count);
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!);
    const c = placeOf(i, channels);
    if (size > scales[c]!) scales[c] = size;
  }
  for (let c = 0; c < scales.length; c++) scales[c] = scales[c]! / LARGEST;
  const whole = new Int8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const scale = scales[placeOf(i, channels)]!;
    // the scale of a channel without a weight, or with none that float32 can tell from zero, is zero
    const rounded = scale === 0 ? 0 : Math.round(values[i]! / scale);
    whole[i] = Math.max(-LARGEST, Math.min(LARGEST, rounded));
  }
  return {
    whole: { dtype: 'int8', shape, data: whole },
    scale: { dtype: 'float32', shape: scaleShape, data: scales },
  };
}

function fromWhole(whole: Int8Array, shape: readonly number[], scale: ArrayData, cannot: string): Float32Array {
  const channels = channelsOf(shape, scale.shape);
  if (!channels) {
    throw new Error(
      `${cannot} as their scales must have the shape [${shape.join(', ')}], 1 before and after the axes of the channels: it is [${scale.shape.join(', ')}]`,
    );
  }
  const values = new Float32Array(whole.length);
  for (let i = 0; i < values.length; i++) values[i] = whole[i]! * scale.data[placeOf(i, channels)]!;
  return values;
}

/** How the scales of an array lie along it: `count` of them, each for so many values that follow one another, again and again. */
interface Channels {
  count: number;
  run: number;
}

/** Undefined where the axes of the scales do not follow one another, or are not those of the array. */
function channelsOf(shape: readonly number[], scaleShape: readonly number[]): Channels | undefined {
  if (shape.length !== scaleShape.length) return undefined;
  const sized = scaleShape.flatMap((length, axis) => (length === 1 ? [] : [axis]));
  const [first = 0, last = -1] = [sized[0], sized.at(-1)];
  const within = shape.slice(first, last + 1);
  if (within.some((length, i) => length !== scaleShape[first + i])) return undefined;
  const product = (lengths: readonly number[]) => lengths.reduce((all, length) => all * length, 1);
  return { count: product(within), run: product(shape.slice(last + 1)) };
}

/** The place of the scale of a value. */
const placeOf = (index: number, { count, run }: Channels) => Math.floor(index / run) % count;
