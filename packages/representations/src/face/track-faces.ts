import { checkOptions, choice, integer, number, type OptionsOf, type Resolved } from '@mer/options';
import type * as tf from '@tensorflow/tfjs-core';
import { type CheckOption, splitCheck } from '../check-option.js';
import { fromCheckedLater } from '../check-values.js';
import { type Clip, checkFrames, type FrameReader, isClip, isLongClip, type LongClip } from '../clip.js';
import { frameAt } from '../frames.js';
import { boxAround, type Face, type FaceDetector, wholeFaces } from './face.js';
import { FaceError } from './face-error.js';
import { type FaceQuality, type FaceTrack, frameRanges, type TrackedFrame } from './face-track.js';
import { headAngles } from './head-angles.js';
import { addFaces, type Person, preference } from './people.js';

/** What is done about faces that are not as one wishes. */
export const trackFacesOptions = {
  several: choice(
    "Where there are several faces: refuse, or take the one that is largest, that the detector is surest of, or that is nearest to the middle of the image, in the mean over the clip. A face seen in fewer than a tenth of the frames doesn't count.",
    ['refuse', 'largest', 'surest', 'middle'],
    { default: 'refuse' },
  ),
  gap: integer(
    'Most frames in a row without a face that get points all the same: between two frames with a face on a straight line between their points, before the first and after the last those.',
    { min: 0, default: 5 },
  ),
  missing: choice(
    'Where more frames in a row have no face: refuse, or leave them without points.',
    ['refuse', 'leave'],
    { default: 'refuse' },
  ),
  turn: number('How far a head may look aside, up or down before it counts as turned away, degrees.', {
    above: 0,
    max: 90,
    default: 40,
  }),
  turned: choice('Where the head is turned away in some frame: say so in `quality`, or refuse.', ['tell', 'refuse'], {
    default: 'tell',
  }),
  score: number('Least score of a face; those of less are as if they were not there.', {
    min: 0,
    max: 1,
    default: 0.5,
  }),
  every: integer('Every how many frames the detector looks; those between lie on a straight line.', {
    min: 1,
    default: 1,
  }),
};

/** Options of {@link trackFaces}. */
export type TrackFacesOptions = OptionsOf<typeof trackFacesOptions>;

/** To follow the work and to end it. */
export interface TrackFacesWatch {
  /** Called after each frame that was looked at. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Ends the work after the frame in hand by throwing the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

const task = 'track the face of a clip';

/**
 * The face of a clip in every frame: its points, its score, how the head is turned; and how far that can be trusted.
 *
 * Faces of successive frames belong together where their middles are less than 0.6 sides apart and neither is twice the other. Who is meant where there
 * are several, and what happens to frames without a face, is said by options.
 *
 * @param source - a clip, a long clip, frames that are read when they are needed, or a bare `[T, H, W, C]`; float32 in 0..1, gray or RGB
 * @param detect - see {@link FaceDetector}
 * @param given - {@link TrackFacesOptions}, and `onProgress`, `signal`, `check`
 * @returns the track; `track.landmarks` is for the `landmarks` of a clip
 * @throws FaceError if there is no face in any frame, there are several, it is missing in too many frames in a row or turned away where options say to
 * refuse; TypeError if the detector gives other than 68 points; RangeError on a wrong option
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { trackFaces } from '@mer/representations';
 *
 * const points = Array.from({ length: 68 }, (_, i) => [i % 9, i / 9] as const);
 * let frame = 0;
 * // no face in the second of three frames
 * const track = await trackFaces(tf.zeros([3, 9, 9, 3]), async () => (frame++ === 1 ? [] : [{ points, score: 0.9 }]));
 * console.log(track.frames.map(({ held }) => held), track.quality.share.toFixed(2)); // [ false, true, false ] 0.67
 * ```
 *
 * Reference: this project's own.
 */
export async function trackFaces(
  source: Clip | LongClip | FrameReader | tf.Tensor4D,
  detect: FaceDetector,
  given: TrackFacesOptions & TrackFacesWatch & CheckOption = {},
): Promise<FaceTrack> {
  const { onProgress, signal, ...rest } = given;
  const { check, options } = splitCheck(task, rest);
  const settings = checkOptions(task, trackFacesOptions, options);
  const frames = framesOf(source);
  const [count, height, width] = frames.shape;
  const looked = lookedAt(count, settings.every);
  const people: Person[] = [];
  let near: readonly Face[] | undefined;
  for (const [done, frame] of looked.entries()) {
    signal?.throwIfAborted();
    const image = await imageOf(frames, frame, check);
    try {
      const found = wholeFaces(await detect(image, near), `${task} (frame ${frame})`);
      near = found.filter(({ score }) => score >= settings.score);
      addFaces(people, frame, near);
    } finally {
      image.dispose();
    }
    onProgress?.(done + 1, looked.length);
  }
  return trackOf(people, looked, [count, height, width], settings);
}

function framesOf(source: Clip | LongClip | FrameReader | tf.Tensor4D): FrameReader | tf.Tensor4D {
  if (isLongClip({ frames: source })) return source as FrameReader;
  const frames = isClip(source as Clip | tf.Tensor4D) ? (source as Clip | LongClip).frames : (source as tf.Tensor4D);
  if (!('read' in frames)) checkFrames(frames, task);
  return frames;
}

/** Every so many frames, and the last. */
function lookedAt(count: number, every: number): number[] {
  const frames = Array.from({ length: Math.ceil(count / every) }, (_, i) => i * every);
  if (frames.at(-1) !== count - 1) frames.push(count - 1);
  return frames;
}

async function imageOf(frames: FrameReader | tf.Tensor4D, frame: number, check: boolean): Promise<tf.Tensor3D> {
  const read = 'read' in frames ? await frames.read(frame, 1) : undefined;
  const image = read ? frameAt(read, 0) : frameAt(frames as tf.Tensor4D, frame);
  read?.dispose();
  try {
    return await fromCheckedLater(
      check ? [{ name: 'frames', tensor: image, first: frame }] : [],
      task,
      async () => image,
    );
  } catch (error) {
    image.dispose();
    throw error;
  }
}

const middling = (values: readonly number[]) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
};

/** The one person who is meant, in every frame that can be told. */
function trackOf(
  people: readonly Person[],
  looked: readonly number[],
  [count, height, width]: readonly [number, number, number],
  { several, gap, missing, turn, turned, every }: Resolved<typeof trackFacesOptions>,
): FaceTrack {
  const lasting = people.filter((person) => person.size >= looked.length / 10);
  // somebody seen only now and then is somebody where there is nobody else
  const known = lasting.length > 0 ? lasting : people;
  if (known.length === 0) {
    throw new FaceError(
      'none',
      `Cannot ${task} as it must show a face: none was found in ${looked.length === 1 ? 'its frame' : `any of the ${looked.length} frames that were looked at`}`,
    );
  }
  const value = preference[several === 'refuse' ? 'largest' : several];
  const person = known.reduce((best, other) =>
    value(other, [height, width]) > value(best, [height, width]) ? other : best,
  );
  const frames = filled(person, count, Math.max(gap, every - 1));
  const has = new Set(frames.map(({ frame }) => frame));
  const away = [...person].filter(([, { angles }]) => Math.max(Math.abs(angles.yaw), Math.abs(angles.pitch)) > turn);
  const scores = [...person.values()].map(({ score }) => score);
  const angle = (name: 'roll' | 'yaw' | 'pitch') => middling([...person.values()].map(({ angles }) => angles[name]));
  const quality: FaceQuality = {
    frames: looked.length,
    found: person.size,
    share: person.size / looked.length,
    held: looked.filter((frame) => !person.has(frame) && has.has(frame)),
    missing: Array.from({ length: count }, (_, frame) => frame).filter((frame) => !has.has(frame)),
    lowestScore: Math.min(...scores),
    meanScore: scores.reduce((sum, score) => sum + score, 0) / scores.length,
    faces: known.length,
    turned: away.map(([frame]) => frame),
    roll: angle('roll'),
    yaw: angle('yaw'),
    pitch: angle('pitch'),
  };
  const track: FaceTrack = {
    frames,
    landmarks: frames.map(({ frame, points }) => ({ frame, points })),
    quality,
  };
  const refuse = (fault: FaceError['fault'], text: string) => {
    throw new FaceError(fault, `Cannot ${task} as ${text}`, track);
  };
  if (known.length > 1 && several === 'refuse') {
    refuse(
      'several',
      `it must show one face: there are ${known.length} (${known.map(placeOf).join('; ')}); say which with several: 'largest', 'surest' or 'middle', or cut the frames`,
    );
  }
  if (quality.missing.length > 0 && missing === 'refuse') {
    refuse(
      'missing',
      `it must show its face in every frame: none was found in frames ${frameRanges(quality.missing)} of ${count}, more than gap: ${gap} in a row; raise gap, or set missing: 'leave'`,
    );
  }
  if (away.length > 0 && turned === 'refuse') {
    const worst = Math.max(...away.map(([, { angles }]) => Math.max(Math.abs(angles.yaw), Math.abs(angles.pitch))));
    refuse(
      'turned',
      `the head must look into the camera within turn: ${turn} degrees: it is turned in frames ${frameRanges(quality.turned)}, by up to ${Math.round(worst)}`,
    );
  }
  return track;
}

/** Where somebody is first seen, for a message. */
function placeOf(person: Person): string {
  const [[first, { box }]] = [...person] as [[number, Face]];
  const at = [box.x, box.y, box.x + box.width, box.y + box.height].map(Math.round);
  return `in ${person.size} frames from ${first}, there at x ${at[0]}..${at[2]}, y ${at[1]}..${at[3]}`;
}

/** The frames of a person, with those between and around that are near enough. */
function filled(person: Person, count: number, gap: number): TrackedFrame[] {
  const seen = [...person.keys()].sort((a, b) => a - b);
  const frames: TrackedFrame[] = [];
  const add = (frame: number, face: Face, held: boolean) => frames.push({ frame, points: face.points, face, held });
  const [first, last] = [seen[0]!, seen.at(-1)!];
  if (first <= gap) for (let frame = 0; frame < first; frame++) add(frame, person.get(first)!, true);
  for (const [i, frame] of seen.entries()) {
    add(frame, person.get(frame)!, false);
    const next = seen[i + 1] ?? frame;
    if (next - frame - 1 > gap) continue;
    for (let at = frame + 1; at < next; at++) {
      add(at, between(person.get(frame)!, person.get(next)!, (at - frame) / (next - frame)), true);
    }
  }
  if (count - 1 - last <= gap) for (let frame = last + 1; frame < count; frame++) add(frame, person.get(last)!, true);
  return frames;
}

/** A face on the way from one to another. */
function between(a: Face, b: Face, share: number): Face {
  const mix = (from: number, to: number) => from + (to - from) * share;
  const points = a.points.map(([x, y], i) => [mix(x, b.points[i]![0]), mix(y, b.points[i]![1])] as const);
  const mesh =
    a.mesh && b.mesh && a.mesh.length === b.mesh.length
      ? a.mesh.map(([x, y, z], i) => {
          const [u, v, w] = b.mesh![i]!;
          return [mix(x, u), mix(y, v), mix(z, w)] as const;
        })
      : undefined;
  return {
    score: Math.min(a.score, b.score),
    box: boxAround(points),
    points,
    angles: headAngles(points),
    ...(mesh && { mesh }),
  };
}
