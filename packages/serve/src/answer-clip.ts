import type { Answer, PredictorSource } from '@mer/predictor';
import * as tf from '@tensorflow/tfjs-core';
import { heatPictures } from './heat-pictures.js';
import type { Job, OpenedPredictor, Outcome } from './job.js';
import type { ServiceLimits } from './limits.js';
import { openUploadedClip, readError, type UploadedClip } from './read-clip.js';
import { errorBody, ServiceError } from './service-error.js';

/** Looks at an uploaded clip. Whatever comes of it is an outcome: nothing is thrown. */
export async function answerClip(
  predictor: OpenedPredictor,
  { files, fields }: Job,
  { limits, signal }: { limits: ServiceLimits; signal: AbortSignal },
): Promise<Outcome> {
  let frames: number | undefined;
  try {
    const { fps, heatMaps, onset, apex, offset } = fields;
    const clip = await openUploadedClip(files, { limits, fps, signal });
    frames = clip.frames;
    checkMarks(fields, frames);
    const source = await sourceOf(clip, predictor);
    try {
      const answer = await predictor.predict(source, { marks: { onset, apex, offset }, fps, heatMaps, signal });
      if (!answer.answered) {
        const { code, reason } = answer;
        return { status: 422, body: JSON.stringify(errorBody(code, `Cannot predict as ${reason}`)), code, frames };
      }
      return { status: 200, body: JSON.stringify(await answerBody(answer, predictor)), frames };
    } finally {
      if (source instanceof tf.Tensor) source.dispose();
    }
  } catch (error) {
    return { ...failure(error, files), frames };
  }
}

/** A network of pictures takes one as data sets of pictures have it, values from 0 to 255. */
async function sourceOf(clip: UploadedClip, { file }: OpenedPredictor): Promise<PredictorSource> {
  if (clip.kind === 'video') return clip.path;
  if (file.samples === 'clips' || clip.frames > 1) return clip.pixels;
  const { value } = await clip.pixels.next();
  return tf.tensor3d(Float32Array.from(value!.data), [value!.height, value!.width, value!.channels]);
}

function checkMarks({ onset, apex, offset }: Job['fields'], frames: number): void {
  for (const [name, mark] of Object.entries({ onset, apex, offset })) {
    if (mark === undefined || mark < frames) continue;
    throw new ServiceError(
      400,
      'wrong-field',
      `Cannot predict as ${name} must be the number of a frame, 0 to ${frames - 1}: it is ${mark}`,
    );
  }
}

async function answerBody(answer: Answer, { file }: OpenedPredictor): Promise<object> {
  const { answered, predicted, classes, probabilities, std, members, marks, quality, notes, heatMaps } = answer;
  return {
    ...{ answered, predicted, classes, probabilities, std, members, marks, quality, notes },
    ...(heatMaps && { heatMaps: await heatPictures(answer) }),
    model: { name: file.name, created: file.created },
  };
}

/** What reading or predicting threw: a reason in our words, or a fault of which a client is told nothing. */
function failure(error: unknown, files: readonly string[]): Outcome {
  const told = readError(error, { file: files.length === 1 ? files[0] : undefined, reading: false });
  if (told instanceof ServiceError) {
    return { status: told.status, body: JSON.stringify(errorBody(told.code, told.message)), code: told.code };
  }
  const reason = 'Cannot predict as a step of the service itself failed, which is no fault of the request';
  return { status: 500, body: JSON.stringify(errorBody('fault', reason)), code: 'fault', fault: faultText(error) };
}

/** Where it was, and of which kind: what an error says may tell of a clip. */
function faultText(error: unknown): string {
  const { name, stack = '' } = error as Error;
  return [name, ...stack.split('\n').filter((line) => /^\s+at /.test(line))].join('\n');
}
