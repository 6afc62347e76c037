// Videos and cameras: expressions are spotted, and some seconds become the clip of the page. Loaded with the first of them.
import { type ClipSource as OpenClip, openClipSource, syntheticRecording } from '@mer/datasets';
import { checkOptions } from '@mer/options';
import {
  align,
  FaceError,
  type FrameLandmarks,
  type FrameReader,
  faceNotes,
  holdClip,
  stabilize,
  trackFaces,
} from '@mer/representations';
import { skinMotion } from '@mer/spotting';
import * as tf from '@tensorflow/tfjs-core';
import { checkRoom, fitted, MOST_FRAMES } from '../clip-source.ts';
import type {
  ClipSource,
  FaceSearch,
  Notice,
  OpenedVideo,
  Progress,
  Questions,
  Spotted,
  Stretch,
  VideoSource,
} from '../protocol.ts';
import { faceDetector, wholeFace } from './find-face.ts';
import { createLive } from './live.ts';
import { apexOf, type ReadClip } from './open-clip.ts';
import { frameName } from './zip-frames.ts';

/** Longest side of frames in which a face is looked for; larger ones are made smaller. */
const LOOK_SIDE = 640;
/** Seconds before and after an expression that are shown with it. */
const AROUND = 0.3;
/** Motion of a face, pixels of 256, below which it does not move. */
const STILL = 0.3;
/** Least share of the frames with a face. */
const LEAST_SHARE = 0.5;

/** The generated recording of the page. */
const GENERATED = {
  seconds: 12,
  size: 160,
  micros: 2,
  macros: 1,
  amplitude: 2,
  seed: 6,
  talks: 0,
  noise: 0.004,
} as const;

export type Videos = ReturnType<typeof createVideos>;

interface Recording {
  readonly name: string;
  readonly frames: FrameReader;
  readonly fps: number;
  readonly stored: readonly [height: number, width: number];
  readonly notes: readonly string[];
  /** Where they are known. */
  readonly landmarks?: readonly FrameLandmarks[];
  close(): Promise<void>;
}

export function createVideos(notify: (notice: Notice) => void) {
  const progress = (part: Progress['part']) => (done: number, total: number) =>
    notify({ notice: 'progress', progress: { part, done, total } });
  const detector = () => faceDetector((one) => notify({ notice: 'progress', progress: one }));
  const live = createLive(notify, detector);
  let last: { measured: Awaited<ReturnType<typeof skinMotion.measure>>; fps: number; notes: string[] } | undefined;

  function decide(height: number): Spotted {
    if (!last) throw new Error('Cannot decide as a video must have been looked through: none was');
    const { measured, fps, notes } = last;
    const settings = checkOptions('spot expressions', skinMotion.options, { height });
    const found = skinMotion.decide(measured, settings);
    const [trace] = skinMotion.trace!(measured, settings);
    const signal = Float32Array.from(trace!.values);
    const most = signal.reduce((a, b) => Math.max(a, b), 0);
    const refusal =
      found.length > 0
        ? undefined
        : most < STILL
          ? `Nothing moves in the face: ${most.toFixed(2)} pixels of 256 at most.`
          : most < height
            ? `Nothing in the face moves by ${height} pixels of 256: ${most.toFixed(2)} at most.`
            : 'No expression stands out: what moves in the face goes on before or after, is a turn of the head, or lasts too long.';
    const seconds = (frame: number) => frame / fps;
    return {
      expressions: found.map(({ onset, apex, offset, score, kind }) => ({
        ...{ onset: seconds(onset), apex: seconds(apex), offset: seconds(offset) },
        ...{ score, kind },
      })),
      signal,
      step: trace!.step / fps,
      height,
      notes,
      refusal,
    };
  }

  return {
    async open(video: VideoSource): Promise<OpenedVideo> {
      last = undefined;
      const { name, frames, fps, stored, notes, close } = await openRecording(video);
      await close();
      const [count] = frames.shape;
      const [height, width] = stored;
      return { name, frames: count, width, height, fps, seconds: count / fps, notes };
    },

    /** Looks for the face now and then, and for what moves in it in every frame (thirty a second). */
    async spot({ video, face, height }: Questions['spot']['given']): Promise<Spotted> {
      last = undefined;
      const recording = await openRecording(video);
      try {
        const { frames, fps } = recording;
        const found = await facesIn(recording, face);
        if (found.refusal) return { ...nothing(height), notes: found.notes, refusal: found.refusal };
        const settings = checkOptions('spot expressions', skinMotion.options, {});
        const measured = await skinMotion.measure({ frames, fps, landmarks: found.landmarks }, settings, {
          onProgress: progress('motion'),
        });
        last = { measured, fps, notes: found.notes };
        return decide(height);
      } finally {
        await recording.close();
      }
    },

    decide,

    async read(source: ClipSource & { kind: 'stretch' | 'moment' }): Promise<ReadClip> {
      if (source.kind === 'moment') return live.moment(source.number);
      return readStretch(source.stretch, source.side);
    },

    watch: live.watch,
    unwatch: live.unwatch,
  };

  /** Points of the face now and then. */
  async function facesIn(
    { frames, fps, landmarks }: Recording,
    face: FaceSearch,
  ): Promise<{ landmarks: readonly FrameLandmarks[]; notes: string[]; refusal?: string }> {
    const [count, height, width] = frames.shape;
    if (landmarks) return { landmarks, notes: ['The face is a generated one, so its points are known.'] };
    if (face === 'whole') {
      const notes = ['The face was taken to fill the picture: nothing looked for it.'];
      return { landmarks: [{ frame: 0, points: wholeFace(height, width) }], notes };
    }
    const detect = await detector();
    try {
      const { landmarks: found, quality } = await trackFaces(frames, detect, {
        ...{ every: Math.max(1, Math.round(fps / 2)), missing: 'leave', several: 'largest' },
        onProgress: progress('face'),
      });
      const notes = [
        `A face is in ${quality.found} of ${quality.frames} frames that were looked at, with a score of ${quality.lowestScore.toFixed(2)} or more.`,
        ...faceNotes(quality).filter((note) => /^\d+ faces|turned/.test(note)),
      ];
      if (quality.share >= LEAST_SHARE) return { landmarks: found, notes };
      return { landmarks: found, notes, refusal: 'A face is in less than half of the frames that were looked at.' };
    } catch (error) {
      if (!(error instanceof FaceError)) throw error;
      const refusal = `There is no face: none was found in ${Math.ceil(count / Math.max(1, Math.round(fps / 2)))} frames that were looked at. If one fills the picture, choose that.`;
      return { landmarks: [], notes: [], refusal };
    }
  }

  /** Some seconds of a video as a clip: the face cut out in each frame, and held still. */
  async function readStretch({ video, face, onset, apex, offset }: Stretch, side: number): Promise<ReadClip> {
    const recording = await openRecording(video, face === 'whole' || video.kind === 'generated' ? side : LOOK_SIDE);
    try {
      const { fps, name } = recording;
      const total = recording.frames.shape[0];
      const at = (time: number) => Math.min(total - 1, Math.max(0, Math.round(time * fps)));
      const around = apex === undefined ? 0 : AROUND;
      const [first, end] = [at(onset - around), at(offset + around)];
      const count = end - first + 1;
      if (count < 3 || count > MOST_FRAMES) {
        throw new Error(
          `Cannot take these seconds as a clip must have 3 to ${MOST_FRAMES} frames here: from ${onset.toFixed(2)} to ${offset.toFixed(2)} s there are ${count}`,
        );
      }
      const part: FrameReader = {
        shape: [count, recording.frames.shape[1], recording.frames.shape[2], 3],
        read: (from, length) => recording.frames.read(first + from, length),
      };
      const cut = face === 'find' && video.kind === 'file' ? await cutOut(part, side) : { frames: await held(part) };
      const frames = tf.tidy(() => tf.div(tf.round(tf.mul(cut.frames, 255)), 255) as tf.Tensor4D);
      cut.frames.dispose();
      const [, height, width] = frames.shape;
      const marks =
        apex === undefined
          ? { onset: 0, apex: await apexOf(frames), offset: count - 1 }
          : ordered([at(onset) - first, at(apex) - first, at(offset) - first], count);
      return {
        clip: { frames, ...marks },
        origin: { kind: 'pictures', names: Array.from({ length: count }, (_, i) => frameName(i)), size: undefined },
        title: `${name}, ${(first / fps).toFixed(2)} to ${(end / fps).toFixed(2)} s: ${count} frames of ${width} x ${height}.`,
        notes: [
          apex === undefined
            ? 'Onset and offset are the first and the last frame; the apex is where eyes and mouth differ most from the onset.'
            : `Onset, apex and offset are those that were spotted, with ${AROUND} s around them.`,
          ...('notes' in cut ? cut.notes : []),
          'The program and the experiment take these frames as files: save them below.',
        ],
      };
    } finally {
      await recording.close();
    }
  }

  /** The face of each frame, cut out upright and held still. */
  async function cutOut(part: FrameReader, side: number): Promise<{ frames: tf.Tensor4D; notes: string[] }> {
    const [count] = part.shape;
    checkRoom(count, side, side);
    const { landmarks } = await trackFaces(part, await detector(), {
      ...{ several: 'largest', gap: 8 },
      onProgress: progress('face'),
    });
    const cut = await align({ per: 'frame', size: side }).applyAsync({
      ...{ frames: part, onset: 0, apex: 1, offset: count - 1 },
      landmarks,
    });
    const clip = await holdClip({ ...cut, frames: piecewise(cut.frames as FrameReader) });
    try {
      const still = await stabilize().applyAsync(clip);
      clip.frames.dispose();
      return {
        frames: still.frames as tf.Tensor4D,
        notes: ['The face was cut out of each frame, upright, and held still by the bridge of the nose.'],
      };
    } catch {
      const notes = [
        'The face was cut out of each frame, upright. The bridge of the nose was not found again in all of them, so some motion of the head is left.',
      ];
      return { frames: clip.frames, notes };
    }
  }
}

const nothing = (height: number): Spotted => ({
  ...{ expressions: [], signal: new Float32Array(0), step: 1, height, notes: [] },
});

/** Marks of which each lies after the one before. */
function ordered([onset, apex, offset]: [number, number, number], count: number) {
  const middle = Math.min(count - 2, Math.max(1, apex));
  return { onset: Math.min(onset, middle - 1), apex: middle, offset: Math.max(offset, middle + 1) };
}

/** Frames that are read some at a time, so that large ones are not all there at once. */
function piecewise(frames: FrameReader, piece = 8): FrameReader {
  return {
    shape: frames.shape,
    async read(first, count) {
      const parts: tf.Tensor4D[] = [];
      for (let at = 0; at < count; at += piece) parts.push(await frames.read(first + at, Math.min(piece, count - at)));
      const all = tf.concat(parts, 0);
      tf.dispose(parts);
      return all;
    },
  };
}

const held = (part: FrameReader) => {
  const [count, height, width] = part.shape;
  checkRoom(count, height, width);
  return piecewise(part).read(0, count);
};

/** A video whose frames come at even times, at most `side` pixels wide or high. */
async function openRecording(video: VideoSource, side = LOOK_SIDE): Promise<Recording> {
  if (video.kind === 'generated') {
    const { frames, fps, landmarks } = syntheticRecording({ ...GENERATED, size: Math.min(side, GENERATED.size) });
    const { size } = GENERATED;
    return {
      ...{ name: 'A generated recording', frames, fps, stored: [size, size], landmarks },
      notes: [
        'Nobody is shown. Two micro-expressions and a macro-expression hide among blinks, glances and turns of the head.',
      ],
      close: async () => {},
    };
  }
  const options = { color: true } as const;
  const plain = await openClipSource(video.file, options);
  const { name, frames, fps, constant } = plain;
  const [count, height, width] = frames.shape;
  const size = fitted(height, width, side);
  if (count < 3) {
    await plain.close();
    throw new Error(`Cannot open ${name} as a video must have at least 3 frames: it has ${count}`);
  }
  const even = constant ? fps! : Math.max(1, Math.round(fps!));
  const same = constant && size[0] === height && size[1] === width;
  let opened: OpenClip = plain;
  if (!same) {
    await plain.close();
    opened = await openClipSource(video.file, { ...options, size, ...(!constant && { fps: even }) });
  }
  return {
    ...{ name, frames: opened.frames, fps: even, stored: [height, width] },
    notes: constant
      ? []
      : [
          `Its frames come at varying times, ${fps!.toFixed(1)} a second: taken as ${even} a second, the nearest each time.`,
        ],
    close: () => opened.close(),
  };
}
