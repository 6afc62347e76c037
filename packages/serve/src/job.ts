import type { Answer, ModelFile, PredictOptions, PredictorSource, Refusal } from '@mer/predictor';
import type { ServiceLimits } from './limits.js';

/** What a client says beside the clip. */
export interface ClipFields {
  readonly onset?: number | undefined;
  readonly apex?: number | undefined;
  readonly offset?: number | undefined;
  readonly fps?: number | undefined;
  readonly heatMaps?: boolean | undefined;
}

/** A clip that a worker is to look at: files in the temporary folder of its request, in order. */
export interface Job {
  readonly files: readonly string[];
  readonly fields: ClipFields;
}

/** What a worker made of a job. */
export interface Outcome {
  /** Status of HTTP: 200 an answer, 422 a refusal, 413 a limit. */
  readonly status: number;
  /** JSON, ready to be sent. */
  readonly body: string;
  /** Of a refusal or an error. */
  readonly code?: string | undefined;
  /** For logs: what was looked at. */
  readonly frames?: number | undefined;
  /** A fault of the program itself, without anything of the clip. */
  readonly fault?: string | undefined;
}

/** What stands in `GET /model` and on the page. */
export interface ServedModel {
  readonly name: string;
  readonly description?: string | undefined;
  readonly classes: readonly string[];
  readonly labelKind: 'single' | 'multiple';
  readonly samples: 'clips' | 'images';
  readonly marks: readonly string[];
  readonly frameRates: readonly number[];
  readonly face: unknown;
  readonly quality: unknown;
  readonly data: unknown;
  readonly license: unknown;
  readonly expected: unknown;
  readonly encoding: string;
  readonly weights: readonly { readonly bytes: number; readonly sha256: string }[];
  readonly versions: Readonly<Record<string, string>>;
  readonly created: string;
  /** The card, Markdown; null where the folder has none. */
  readonly card: string | null;
}

/** How busy a runner is. */
export interface QueueState {
  /** Jobs that wait. */
  readonly queued: number;
  /** Jobs that are looked at. */
  readonly running: number;
  /** Whether a further job would be refused. */
  readonly full: boolean;
  /** Seconds until a further job may be tried. */
  readonly retryAfter: number;
}

/** Who looks at clips: worker processes, or a function in a test. */
export interface Runner {
  readonly model: ServedModel;
  /** Whether a clip would be looked at now. */
  readonly ready: boolean;
  readonly queue: QueueState;
  /** Workers that were ended or ended themselves, and bytes that each holds. */
  readonly workers: { readonly restarts: number; readonly memory: readonly number[] };
  /** @throws ServiceError where there is no outcome. */
  run(job: Job, signal: AbortSignal): Promise<Outcome>;
  close(): Promise<void>;
}

/** What a worker is told when it begins. */
export interface WorkerSetup {
  readonly folder: string;
  /** Module whose `openPredictor(setup)` gives an {@link OpenedPredictor}. */
  readonly opener: string;
  readonly backend: string;
  /** Whether faces are looked for, or known to fill the frames. */
  readonly face: 'find' | 'fills';
  readonly limits: ServiceLimits;
}

/** A network that a worker asks. */
export interface OpenedPredictor {
  readonly file: ModelFile;
  /** The card of its folder, Markdown; null where there is none. */
  readonly card: string | null;
  predict(source: PredictorSource, options: PredictOptions): Promise<Answer | Refusal>;
}

/** From the service to a worker. */
export type ToWorker = { setup: WorkerSetup } | { id: number; job: Job } | { abort: number };

/** From a worker to the service. */
export type FromWorker = { ready: ServedModel } | { broken: string } | { id: number; outcome: Outcome; memory: number };
