import type { BackendName } from '@mer/backends';
import { backendNames } from '@mer/backends';
import { hashOf, integer, text } from '@mer/options';
import * as v from 'valibot';
import { fileNameOf } from '../run/run-store.js';
import { ExperimentError } from '../schema/experiment-error.js';
import { RUN_NAME } from '../schema/schema.js';

/** One training that a worker does: what it is, not how; that stands in the plan of the run, which lies in the store. */
export interface FoldJob {
  format: 1;
  /** Hash of the run. */
  run: string;
  /** What the run is called, for people. */
  label: string;
  seed: number;
  /** Name of the fold; of a stage that of its training. */
  fold: string;
  /** The stage that it belongs to; absent of the folds themselves. */
  stage?: string | undefined;
  /** Which workers could not take it, and why: data or parts that they lack. */
  refused?: Readonly<Record<string, string>> | undefined;
}

/** What a worker tells of a job while it works. */
export interface JobProgress {
  /** Who works. */
  worker: string;
  /** When it was told, milliseconds since 1970. */
  at: number;
  state: 'preparing' | 'training' | 'refused';
  /** Samples prepared, or the epoch. */
  done?: number | undefined;
  of?: number | undefined;
  loss?: number | undefined;
  accuracy?: number | undefined;
  learningRate?: number | undefined;
  /** Why it was refused. */
  reason?: string | undefined;
}

/** Longest payload of a job, in characters of JSON. */
const LONGEST_JOB = 32_768;

/** Longest reason of a refusal, in characters, and most of them that a job keeps. */
export const LONGEST_REASON = 1_000;
export const MOST_REFUSALS = 20;

const runHash = text('Hash of the run.', { pattern: /^[0-9a-f]{64}$/, expected: 'a SHA-256 in hex' });
const someText = (about: string, most: number) =>
  text(about, { pattern: new RegExp(`^.{1,${most}}$`, 'su'), expected: `a text of 1 to ${most} characters` });

const jobSchema = v.strictObject({
  format: v.literal(1),
  run: runHash,
  label: someText('What the run is called.', 300),
  seed: integer('Seed.', { min: 0, max: Number.MAX_SAFE_INTEGER }),
  fold: someText('Name of the fold.', 2_000),
  stage: v.optional(text('Name of the stage.', { pattern: RUN_NAME, expected: 'a name' })),
  refused: v.optional(v.record(v.pipe(v.string(), v.maxLength(200)), v.pipe(v.string(), v.maxLength(LONGEST_REASON)))),
});

/**
 * Checks what came as a job, whoever put it there.
 *
 * @throws {@link ExperimentError} where it is none of this version
 */
export function checkJob(data: unknown): FoldJob {
  const size = JSON.stringify(data)?.length ?? 0;
  const result = size <= LONGEST_JOB ? v.safeParse(jobSchema, data) : undefined;
  if (result?.success) return result.output as FoldJob;
  const fault = result ? result.issues[0]?.message : `it may have ${LONGEST_JOB} characters`;
  throw new ExperimentError(`Cannot take a job as it must be one of this version of mer: ${fault}`);
}

/** A number; JSON has null for one that is not finite. */
const measured = v.optional(
  v.pipe(
    v.nullable(v.number()),
    v.transform((value) => value ?? Number.NaN),
  ),
);

const progressSchema = v.object({
  worker: v.pipe(v.string(), v.maxLength(200)),
  at: v.number(),
  state: v.picklist(['preparing', 'training', 'refused']),
  done: v.optional(v.number()),
  of: v.optional(v.number()),
  loss: measured,
  accuracy: measured,
  learningRate: measured,
  reason: v.optional(v.pipe(v.string(), v.maxLength(5_000))),
});

/** What a worker has told of a job, where it has that form. */
export function progressOf(data: unknown): JobProgress | undefined {
  const result = v.safeParse(progressSchema, data);
  return result.success ? (result.output as JobProgress) : undefined;
}

/**
 * What names a job: the run, the seed and the fold, so that planning twice puts it there once. The stages of a run have names of their own.
 */
export function jobId({ run, seed, fold, stage }: Pick<FoldJob, 'run' | 'seed' | 'fold' | 'stage'>): string {
  const name = stage === undefined ? fileNameOf(fold) : `stage.${stage}.${fileNameOf(fold)}`;
  const id = `${run.slice(0, 32)}.${seed}.${name}`;
  return id.length <= 300 ? id : `${id.slice(0, 260)}~${hashOf(id).slice(0, 32)}`;
}

/** What a job asks of the worker that takes it. */
export interface QueueKind {
  backend: BackendName;
  tag?: string | undefined;
}

/** What tags may be. */
const TAG = /^[a-z0-9][a-z0-9-]{0,31}$/;

/** The name of the queue for workers of a kind: `wasm`, `webgpu.big`. */
export function queueName({ backend, tag }: QueueKind): string {
  return tag === undefined ? backend : `${backend}.${tag}`;
}

/** The kind of a queue by its name; undefined where it is none of ours. */
export function kindOf(name: string): QueueKind | undefined {
  const [backend, tag, ...more] = name.split('.');
  if (more.length > 0 || !(backendNames as readonly string[]).includes(backend!)) return undefined;
  if (tag !== undefined && !TAG.test(tag)) return undefined;
  return { backend: backend as BackendName, tag };
}

/**
 * Checks a tag.
 *
 * @throws {@link ExperimentError}
 */
export function checkTag(tag: string): string {
  if (TAG.test(tag)) return tag;
  throw new ExperimentError(
    `Cannot use the tag ${JSON.stringify(tag.slice(0, 40))} as it must be of small letters, digits and dashes, 32 at most`,
  );
}
