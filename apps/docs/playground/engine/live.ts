// A camera, looked at as its frames come.
import { cameraFrames, imageToTensor } from '@mer/io';
import { displayImage, type Face, type FaceDetector, flowToColor, type Landmarks } from '@mer/representations';
import { createSlidingWindow, type LiveAnswer } from '@mer/spotting';
import * as tf from '@tensorflow/tfjs-core';
import type { Notice, Pixels, Questions } from '../protocol.ts';
import { wholeFace } from './find-face.ts';
import type { ReadClip } from './open-clip.ts';
import { pixelsOf } from './pixels.ts';
import { frameName } from './zip-frames.ts';

/** Side of the face that is cut out. */
const SIDE = 160;
/** Pictures are drawn so many seconds apart. */
const DRAWN = 0.12;
/** Motion that is drawn in full color, pixels. */
const FULL = 2;
/** The last seconds that are kept, seconds around an expression, how many expressions are kept, and the most frames of one. */
const KEPT = 4.6;
const AROUND = 0.3;
const MOMENTS = 5;
const MOST = 150;
/** The seconds that are taken where no expression is named. */
const RECENT = 2;

interface Kept {
  readonly time: number;
  readonly bytes: Uint8Array;
}

interface Moment {
  readonly kept: readonly Kept[];
  readonly marks?: { readonly onset: number; readonly apex: number; readonly offset: number };
}

export function createLive(notify: (notice: Notice) => void, detector: () => Promise<FaceDetector>) {
  let ending: { controller: AbortController; done: Promise<void> } | undefined;
  let recent: Kept[] = [];
  const moments = new Map<number, Moment>();
  let number = 0;

  async function run(
    port: MessagePort,
    find: (frame: tf.Tensor3D) => Promise<Landmarks | undefined>,
    signal: AbortSignal,
  ) {
    const window = createSlidingWindow(find, { size: SIDE });
    let [seen, first, drawn] = [0, -1, Number.NEGATIVE_INFINITY];
    try {
      for await (const frame of cameraFrames(port, { signal })) {
        const image = imageToTensor(frame);
        const answering = window.push(image, frame.time);
        image.dispose();
        const answer = (await answering)!;
        if (first < 0) first = frame.index;
        seen++;
        try {
          const { time, crop, score, interval, latency } = answer;
          const whole = crop && (await pixelsOf(crop));
          if (whole) keep(time, whole);
          const draw = whole && time - drawn >= DRAWN;
          if (draw) drawn = time;
          notify({
            notice: 'live',
            live: {
              ...{
                time,
                score,
                latency,
                seen,
                dropped: frame.index - first + 1 - seen,
                tensors: tf.memory().numTensors,
              },
              face: !crop ? 'none' : answer.held ? 'held' : 'there',
              ...(draw && { pictures: { crop: whole, ...(await picturesOf(answer)) } }),
              ...(interval && { ended: { ...interval, number: remember(interval) } }),
            },
          });
        } finally {
          tf.dispose([answer.crop, answer.dynamicImage, answer.flow]);
        }
      }
      notify({ notice: 'camera ended', error: undefined });
    } catch (error) {
      if (!signal.aborted) notify({ notice: 'camera ended', error: (error as Error).message });
    } finally {
      window.dispose();
    }
  }

  function keep(time: number, { data }: Pixels) {
    const bytes = new Uint8Array(SIDE * SIDE * 3);
    for (let i = 0, o = 0; o < bytes.length; i += 4) for (let c = 0; c < 3; c++) bytes[o++] = data[i + c]!;
    recent.push({ time, bytes });
    while (time - recent[0]!.time > KEPT || recent.length > MOST) recent.shift();
  }

  /** Keeps the frames of an expression under a number. */
  function remember({ onset, apex, offset }: { onset: number; apex: number; offset: number }): number {
    number += 1;
    const kept = recent.filter(({ time }) => time >= onset - AROUND && time <= offset + AROUND);
    moments.set(number, { kept, marks: { onset, apex, offset } });
    if (moments.size > MOMENTS) moments.delete(moments.keys().next().value!);
    return number;
  }

  async function unwatch() {
    ending?.controller.abort();
    await ending?.done;
    ending = undefined;
  }

  return {
    async watch({ port, face }: Questions['watch']['given']): Promise<Record<never, never>> {
      await unwatch();
      recent = [];
      moments.clear();
      const find = face === 'whole' ? wholeOf() : largestOf(await detector());
      const controller = new AbortController();
      ending = { controller, done: run(port, find, controller.signal) };
      return {};
    },

    unwatch,

    /** What was kept, as a clip. */
    moment(which: number | undefined): ReadClip {
      const now = recent.at(-1)?.time ?? 0;
      const moment =
        which === undefined ? { kept: recent.filter(({ time }) => now - time <= RECENT) } : moments.get(which);
      const { kept, marks }: Moment = moment ?? { kept: [] };
      const count = kept.length;
      if (count < 3) {
        throw new Error(
          `Cannot take this as a clip as at least 3 frames with a face must be kept: there are ${count}. Of the camera the last ${MOMENTS} expressions and ${KEPT} seconds are kept`,
        );
      }
      const values = new Float32Array(count * SIDE * SIDE * 3);
      for (const [i, { bytes }] of kept.entries()) {
        for (let k = 0; k < bytes.length; k++) values[i * bytes.length + k] = bytes[k]! / 255;
      }
      const near = (time: number) =>
        kept.reduce((best, one, i) => (Math.abs(one.time - time) < Math.abs(kept[best]!.time - time) ? i : best), 0);
      const middle = Math.min(count - 2, Math.max(1, marks ? near(marks.apex) : count >> 1));
      return {
        clip: {
          frames: tf.tensor4d(values, [count, SIDE, SIDE, 3]),
          onset: Math.min(middle - 1, marks ? near(marks.onset) : 0),
          apex: middle,
          offset: Math.max(middle + 1, marks ? near(marks.offset) : count - 1),
        },
        origin: { kind: 'pictures', names: kept.map((_, i) => frameName(i)), size: undefined },
        title: `The camera, ${marks ? `around ${marks.apex.toFixed(1)} s` : 'the last two seconds'}: ${count} frames of ${SIDE} x ${SIDE}.`,
        notes: [
          marks
            ? 'Onset, apex and offset are those that were spotted.'
            : 'Onset and offset are the first and the last frame, the apex is the middle: set it yourself.',
          'The face was cut out of each frame by its points. The program and the experiment take these frames as files: save them below.',
        ],
      };
    },
  };
}

const picturesOf = async ({ dynamicImage, flow }: LiveAnswer): Promise<{ dynamic?: Pixels; flow?: Pixels }> => {
  const shown = dynamicImage && (await displayImage(dynamicImage));
  const colors = flow && flowToColor(flow, { max: FULL, style: 'middlebury' });
  try {
    return {
      ...(shown && { dynamic: await pixelsOf(shown) }),
      ...(colors && { flow: await pixelsOf(colors) }),
    };
  } finally {
    tf.dispose([shown, colors]);
  }
};

function wholeOf() {
  let points: Landmarks | undefined;
  return async ({ shape: [height, width] }: tf.Tensor3D) => {
    points ??= wholeFace(height, width);
    return points;
  };
}

/** The largest face, looked for near where faces were. */
function largestOf(detect: FaceDetector) {
  let near: readonly Face[] | undefined;
  return async (frame: tf.Tensor3D) => {
    const found = await detect(frame, near);
    near = found as readonly Face[];
    const wide = ({ points }: (typeof found)[number]) => points[16]![0] - points[0]![0];
    return [...found].sort((a, b) => wide(b) - wide(a))[0]?.points;
  };
}
