import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createModel, loadWeights } from '@mer/models';
import {
  defineStep,
  type FaceDetector,
  frameReader,
  type Landmarks,
  pipe,
  resize,
  uvStrain,
} from '@mer/representations';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exampleFolder } from '../test/example-folder.js';
import { decodeWeights } from './folder/weight-encodings.js';
import { loadPredictor } from './load-predictor.js';
import type { Answer, Refusal } from './predict/answer.js';
import { fillingFace } from './predict/filling-face.js';
import type { PredictorSource } from './predict/open-recording.js';

const SIDE = 64;
const COUNT = 9;
/** A mouth that opens and closes in a still face of noise, which no still picture is. */
function moving(count = COUNT, amplitude = 4): tf.Tensor4D {
  const values = new Float32Array(count * SIDE * SIDE);
  const texture = (x: number, y: number) =>
    0.5 + 0.2 * Math.sin(x * 0.9) * Math.cos(y * 0.7) + 0.2 * Math.sin(x * 0.31 + y * 0.43);
  for (let t = 0; t < count; t++) {
    const height = Math.sin((Math.PI * t) / (count - 1)) * amplitude;
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) {
        const near = Math.exp(-((x - 32) ** 2 + (y - 48) ** 2) / 120);
        values[(t * SIDE + y) * SIDE + x] = texture(x, y + near * height);
      }
    }
  }
  return tf.tensor4d(values, [count, SIDE, SIDE, 1]);
}
const asked = (outcome: Answer | Refusal): Answer => {
  if (!outcome.answered) throw new Error(outcome.reason);
  return outcome;
};
const refusal = (outcome: Answer | Refusal): string => (outcome.answered ? 'answered' : outcome.code);

let files: Awaited<ReturnType<typeof exampleFolder>>;
let root = '';
let frames: tf.Tensor4D;
const fills = { face: 'fills', marks: { onset: 0, apex: 4, offset: 8 } } as const;
const believed = { ...fills, examine: false } as const;
const close = (given: readonly number[], expected: readonly number[], digits: number) => {
  for (const [c, p] of given.entries()) expect(p).toBeCloseTo(expected[c]!, digits);
};
beforeAll(async () => {
  await tf.setBackend('cpu');
  files = await exampleFolder({ seeds: [1, 2] });
  root = await mkdtemp(join(tmpdir(), 'mer-load-'));
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(root, name), bytes);
  frames = moving();
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('loadPredictor()', () => {
  it('gives the answer of the network and steps made by hand, and leaves no tensor behind', async () => {
    const expected: number[][] = [];
    const image = await pipe(uvStrain({ flow: 'farneback' }), resize(28)).applyAsync({
      frames,
      onset: 0,
      apex: 4,
      offset: 8,
    });
    for (const seed of [1, 2]) {
      const model = createModel('ststnet', { classes: 3, seed: 9 });
      loadWeights(model, decodeWeights(files[`weights-${seed}.safetensors`]!));
      const out = tf.tidy(() => tf.softmax(model.predict(tf.expandDims(image, 0)) as tf.Tensor));
      expected.push([...(await out.data())]);
      tf.dispose(out);
      model.dispose();
    }
    image.dispose();
    const before = tf.memory().numTensors;
    const done: number[] = [];
    const predictor = await loadPredictor(root, { onProgress: (bytes, total) => done.push(bytes / total) });
    expect(done.at(-1)).toBe(1);
    const answer = asked(await predictor.predict(frames, { ...fills, heatMaps: true }));
    close(
      answer.probabilities,
      answer.classes.map((_, c) => (expected[0]![c]! + expected[1]![c]!) / 2),
      5,
    );
    expect(answer).toMatchObject({
      members: 2,
      classes: predictor.file.classes,
      marks: { onset: 0, apex: 4, offset: 8, from: { apex: 'given' } },
      inputs: [{ name: 'image', shape: [28, 28, 3] }],
      heatMaps: [{ name: 'image' }],
      quality: { aligned: 'whole', frames: { count: COUNT } },
    });
    expect(answer.std.some((std) => std > 0)).toBe(true);
    predictor.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('takes frames in every form, from a path, an address and files, with one answer', async () => {
    const server = createServer((request, response) => response.end(files[request.url!.slice(1)] ?? ''));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const loaded = [
      await loadPredictor(`http://127.0.0.1:${port}`),
      await loadPredictor(
        new Map(Object.entries(files).map(([name, bytes]) => [`run/${name}`, new Blob([bytes as never])])),
      ),
      await loadPredictor(files),
    ];
    server.close();
    const list = tf.unstack(frames) as tf.Tensor3D[];
    const bytes = await Promise.all(
      list.map(async (one) => ({
        width: SIDE,
        height: SIDE,
        channels: 1 as const,
        data: Uint8Array.from(await one.data(), (v) => Math.round(255 * v)),
      })),
    );
    async function* stream() {
      for (const frame of bytes) yield frame;
    }
    const before = tf.memory().numTensors;
    const exact: PredictorSource[] = [frames, frameReader(frames), list, { frames, onset: 0, apex: 4, offset: 8 }];
    const rounded: PredictorSource[] = [bytes, stream()];
    const answers: number[][] = [];
    for (const [i, source] of [...exact, ...rounded].entries()) {
      const outcome = await loaded[i % 3]!.predict(source, believed);
      answers.push(asked(outcome).probabilities);
    }
    for (const one of answers.slice(1, 4)) expect(one).toEqual(answers[0]);
    expect(answers[5]).toEqual(answers[4]);
    close(answers[4]!, answers[0]!, 2);
    const many: number[][] = [];
    for await (const one of loaded[0]!.predictMany(exact, { ...believed, batch: 3 }))
      many.push(asked(one).probabilities);
    for (const one of many) close(one, answers[0]!, 6);
    expect(tf.memory().numTensors).toBe(before);
    for (const one of loaded) one.dispose();
    tf.dispose(list);
  });

  it('refuses what means nothing, with the reason, unless it is forced', async () => {
    const predictor = await loadPredictor(files);
    const before = tf.memory().numTensors;
    const points: Landmarks = fillingFace(SIDE, SIDE);
    const none: FaceDetector = async () => [];
    const two: FaceDetector = async () => [{ points }, { points: points.map(([x, y]) => [x + 200, y] as const) }];
    const still = tf.fill([COUNT, SIDE, SIDE, 1], 0.5) as tf.Tensor4D;
    const code = async (...given: Parameters<typeof predictor.predict>) => refusal(await predictor.predict(...given));
    expect(await code(frames, { detect: none })).toBe('no-face');
    expect(await code(frames, { detect: two })).toBe('several-faces');
    expect(await code(still, { face: 'fills' })).toBe('no-motion');
    expect(await code(frames, { ...fills, fps: 2 })).toBe('frame-rate');
    const single = tf.slice(frames, 0, 1);
    expect(await code(single, { face: 'fills', force: true })).toBe('too-short');
    single.dispose();
    const refused = await predictor.predict(still, { face: 'fills' });
    expect(refused).toMatchObject({
      answered: false,
      reason: expect.stringMatching(/^nothing moves in the face.*\.$/),
    });
    const forced = asked(await predictor.predict(still, { face: 'fills', force: true }));
    expect(forced.forced).toMatchObject([{ code: 'no-motion' }]);
    expect(forced.marks!.from.apex).toBe('spotted');
    await expect(predictor.predict(frames)).rejects.toThrow(/the face must be found: give detect/);
    await expect(predictor.predict(frames, { ...fills, marks: { onset: 5, offset: 2 } })).rejects.toThrow(
      /must follow one another.*5, not given, 2/,
    );
    await expect(
      predictor.predict(frames, { ...fills, signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough');
    still.dispose();
    expect(tf.memory().numTensors).toBe(before);
    predictor.dispose();
  });

  it('refuses folders that are not whole, other weights, and own parts that are not given', async () => {
    const before = tf.memory().numTensors;
    const name = 'weights-1.safetensors';
    const changed = Uint8Array.from(files[name]!);
    changed[changed.length - 1]! ^= 1;
    await expect(loadPredictor({ ...files, [name]: changed })).rejects.toThrow(/Cannot use weights-1.*SHA-256 must be/);
    const { [name]: _left, ...rest } = files;
    await expect(loadPredictor(rest)).rejects.toThrow(/weights-1.safetensors must be among the files given: they are/);
    await expect(loadPredictor(join(root, 'none'))).rejects.toThrow(
      /none.model.json must be there: there is no such file/,
    );
    const steps = [{ step: 'flat' }, { step: 'uv-strain' }, { step: 'resize', options: { size: 28 } }];
    const inputs = [{ name: 'image', steps, shape: [28, 28, 3] }];
    const own = await exampleFolder({ file: { inputs, parts: [{ kind: 'step', name: 'flat', hash: 'abc123' }] } });
    await expect(loadPredictor(own)).rejects.toThrow(/parts lacks step flat \(of a module with the hash abc123\)/);
    const flat = defineStep({
      ...{ name: 'flat', title: 'As it is', paper: null, takes: 'clip', gives: 'clip', options: {} },
      compute: (clip: { frames: tf.Tensor4D }) => ({ ...clip, frames: tf.clone(clip.frames) }),
      outputShape: (shape: readonly number[]) => shape,
    } as never);
    (await loadPredictor(own, { parts: [flat as never] })).dispose();
    const other = [{ name: 'image', steps, shape: [32, 32, 3] }];
    await expect(loadPredictor(await exampleFolder({ file: { inputs: other } }))).rejects.toThrow();
    expect(tf.memory().numTensors).toBe(before);
  });
});
