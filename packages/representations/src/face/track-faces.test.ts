import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { face } from '../../test/made-up-face.js';
import { frameReader } from '../frame-reader.js';
import type { FaceDetector, FoundFace } from './face.js';
import { FaceError } from './face-error.js';
import { faceNotes } from './face-track.js';
import { trackFaces } from './track-faces.js';

const at = (x: number, score = 0.9, scale = 10): FoundFace => ({ points: face(x, 40, scale, 0), score });
const clip = (count: number) => tf.zeros([count, 60, 200, 1]) as tf.Tensor4D;

/** Finds what is written for each frame, in order. */
function script(...frames: readonly (readonly FoundFace[])[]): FaceDetector {
  let next = 0;
  return async () => frames[next++]!;
}

describe('trackFaces()', () => {
  it('gives the face of each frame with its score, box and angles, and how far it can be trusted', async () => {
    const before = tf.memory().numTensors;
    const frames = clip(3);
    const track = await trackFaces(frames, script([at(50, 0.9)], [at(52, 0.6)], [at(54, 0.8)]));
    expect(track.frames.map(({ frame, held }) => [frame, held])).toEqual([
      [0, false],
      [1, false],
      [2, false],
    ]);
    const [{ face: first, points }] = track.frames as [(typeof track.frames)[0]];
    expect(first).toMatchObject({
      score: 0.9,
      box: { x: expect.closeTo(40, 6), width: expect.closeTo(20, 6) },
      points,
    });
    expect(Math.abs(first.angles.roll)).toBeLessThan(1e-6);
    expect(track.quality).toMatchObject({ frames: 3, found: 3, share: 1, lowestScore: 0.6, faces: 1, missing: [] });
    expect(track.quality.meanScore).toBeCloseTo(0.7667, 4);
    expect(track.landmarks.map(({ frame }) => frame)).toEqual([0, 1, 2]);
    expect(faceNotes(track.quality)).toEqual([]);
    frames.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('holds frames without a face: on a line between neighbors, at the ends as they are, up to the gap', async () => {
    const found = [[], [at(50)], [], [], [], [at(58)], []];
    const { frames, quality } = await trackFaces(clip(7), script(...found), { gap: 3 });
    const x = frames.map(({ points }) => points[30]![0]);
    expect(x.map((value) => value - x[1]!)).toEqual([0, 0, 2, 4, 6, 8, 8].map((value) => expect.closeTo(value, 9)));
    expect(quality).toMatchObject({ found: 2, held: [0, 2, 3, 4, 6], missing: [] });
    expect(faceNotes(quality)[0]).toBe('no face in 5 of 7 frames (0, 2..4, 6): held from the frames around');
    await expect(trackFaces(clip(7), script(...found), { gap: 2 })).rejects.toThrow(
      /frames 2\.\.4 of 7, more than gap: 2 in a row; raise gap, or set missing: 'leave'/,
    );
    const left = await trackFaces(clip(7), script(...found), { gap: 2, missing: 'leave' });
    expect(left.frames.map(({ frame }) => frame)).toEqual([0, 1, 5, 6]);
    expect(left.quality.missing).toEqual([2, 3, 4]);
    await expect(trackFaces(clip(7), script(...found), { gap: 0 })).rejects.toThrow(/frames 0, 2\.\.4, 6 of 7/);
  });

  it('refuses two faces with their places, or takes the one that is meant, whatever their order', async () => {
    const [a, b] = [at(40, 0.9, 8), at(120, 0.7, 16)];
    const found = [
      [a, b],
      [b, a],
      [{ ...a, score: 0.8 }, b],
    ];
    const error = await trackFaces(clip(3), script(...found)).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(FaceError);
    expect(error).toMatchObject({ fault: 'several', track: { quality: { faces: 2 } } });
    expect((error as Error).message).toMatch(
      /there are 2 \(in 3 frames from 0, there at x 32\.\.48, y .* several: 'largest'/,
    );
    const x = async (several: 'largest' | 'surest' | 'middle') =>
      (await trackFaces(clip(3), script(...found), { several })).frames.map(({ points }) => Math.round(points[30]![0]));
    expect(await x('largest')).toEqual([120, 120, 120]);
    expect(await x('surest')).toEqual([40, 40, 40]);
    expect(await x('middle')).toEqual([120, 120, 120]);
  });

  it('takes no notice of a face in few frames, but of one that comes after another', async () => {
    const stray = Array.from({ length: 21 }, (_, i) => (i === 7 ? [at(50), at(150)] : [at(50)]));
    expect((await trackFaces(clip(21), script(...stray))).quality.faces).toBe(1);
    const cut = [[at(50)], [at(50)], [at(150)], [at(150)]];
    await expect(trackFaces(clip(4), script(...cut))).rejects.toThrow(/there are 2 .*in 2 frames from 2/);
  });

  it('tells a turned head, or refuses it; leaves out faces of a low score', async () => {
    const turned: FoundFace = { ...at(50), angles: { roll: 0, yaw: -60, pitch: 0 } };
    const found = [[at(50)], [turned]];
    const { quality } = await trackFaces(clip(2), script(...found));
    expect(quality.turned).toEqual([1]);
    expect(faceNotes(quality, [10, 11])).toEqual(['the head is turned away in 1 frames (11)']);
    await expect(trackFaces(clip(2), script(...found), { turned: 'refuse' })).rejects.toThrow(
      /within turn: 40 degrees: it is turned in frames 1, by up to 60/,
    );
    await expect(trackFaces(clip(1), script([at(50, 0.4)]))).rejects.toThrow(/must show a face: none was found in its/);
    expect((await trackFaces(clip(1), script([at(50, 0.4)]), { score: 0.3 })).quality.lowestScore).toBe(0.4);
  });

  it('looks at every so many frames of a reader, tells how far it is, and stops', async () => {
    const seen: unknown[] = [];
    const detect: FaceDetector = async (_image, near) => {
      seen.push(near?.length);
      return [at(50)];
    };
    const done: string[] = [];
    const onProgress = (at: number, of: number) => done.push(`${at}/${of}`);
    const track = await trackFaces(frameReader(clip(9)), detect, { every: 3, gap: 0, onProgress });
    expect(seen).toEqual([undefined, 1, 1, 1]);
    expect(done).toEqual(['1/4', '2/4', '3/4', '4/4']);
    expect(track.frames).toHaveLength(9);
    expect(track.quality).toMatchObject({ frames: 4, found: 4, held: [] });
    const stopped = trackFaces(clip(3), detect, { signal: AbortSignal.abort(new Error('enough')) });
    await expect(stopped).rejects.toThrow('enough');
  });

  it('says what is wrong with input', async () => {
    const detect = script([at(50)], [at(50)]);
    await expect(trackFaces(tf.fill([1, 4, 4, 1], 7), detect)).rejects.toThrow(/0\.\.1/);
    await expect(trackFaces(clip(1), detect, { gap: -1 })).rejects.toThrow(/gap must be an integer/);
    await expect(trackFaces(clip(1), detect, { several: 'both' as never })).rejects.toThrow(/one of refuse, largest/);
    await expect(trackFaces(clip(1), script([{ ...at(50), score: 7 }]))).rejects.toThrow(/score of a face must be/);
  });
});
