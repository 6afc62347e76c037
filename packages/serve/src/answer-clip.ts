import type { Job, Outcome } from './job.js';
import type { ServiceLimits } from './limits.js';
import type { ServedAnswer, ServedPredictor } from './predictor-types.js';
import { openUploadedClip, readError } from './read-clip.js';
import { errorBody, ServiceError } from './service-error.js';

/** Looks at an uploaded clip. Whatever comes of it is an outcome: nothing is thrown. */
export async function answerClip(
  predictor: ServedPredictor,
  { files, fields }: Job,
  { limits, signal }: { limits: ServiceLimits; signal: AbortSignal },
): Promise<Outcome> {
  let frames: number | undefined;
  try {
    const { fps, heatMaps, onset, apex, offset } = fields;
    const clip = await openUploadedClip(files, { limits, fps, signal });
    frames = clip.frames;
    checkMarks(fields, frames);
    const answer = await predictor.predict(clip.kind === 'video' ? clip.path : clip.pixels, {
      marks: { onset, apex, offset },
      fps,
      heatMaps,
      signal,
    });
    if (!answer.answered) {
      return { status: 422, body: JSON.stringify(errorBody(answer.code, answer.reason)), code: answer.code, frames };
    }
    return { status: 200, body: JSON.stringify(answerBody(answer, predictor)), frames };
  } catch (error) {
    return { ...failure(error, files), frames };
  }
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

function answerBody(answer: ServedAnswer, { file }: ServedPredictor): object {
  const { predicted, classes, probabilities, std, marks, quality, heatMaps } = answer;
  return {
    answered: true,
    predicted,
    classes,
    probabilities: Array.from(probabilities),
    std: std ? Array.from(std) : null,
    marks,
    quality,
    ...(heatMaps && {
      heatMaps: heatMaps.map(({ input, picture }) => ({ input, png: Buffer.from(picture).toString('base64') })),
    }),
    model: { name: file.name, created: file.created },
  };
}

/** What reading or predicting threw: a reason in our words, or a fault of which a client is told nothing. */
function failure(error: unknown, files: readonly string[]): Outcome {
  const told = readError(error, { file: files.length === 1 ? files[0] : undefined });
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
