import type { EpochRecord } from '@mer/training';
import type { Crash } from '../runners/crash.js';

/** An epoch of a fold that has ended. */
export interface EndedEpoch {
  seed: number;
  fold: string;
  /** 2 where the fold is run once more as its process had ended: it then begins with epoch 1 again, and those of the first attempt are void. */
  attempt: number;
  /** How many are trained. */
  epochs: number;
  /** When it ended, milliseconds since 1970. */
  time: number;
  record: EpochRecord;
}

/** What a run tells while it works: for progress bars and logs. */
export type RunEvent =
  /** Something a reader should know. */
  | { type: 'note'; text: string }
  /** Samples made ready so far. */
  | { type: 'prepare'; done: number; total: number }
  /** Views of samples that have passed the frozen layers of a network before a fold trains on them; where other folds have the same, once for all. */
  | { type: 'frozen'; seed: number; fold: string; done: number; total: number }
  /** The data is ready and the folds are known. */
  | {
      type: 'ready';
      samples: number;
      subjects: number;
      classes: readonly string[];
      folds: number;
      foldsDone: number;
      backend: string;
      /** Processes that train at the same time. */
      workers: number;
      /** Shape of each input of the model, where there is something left to train. */
      inputs?: readonly (readonly number[])[];
    }
  /** An epoch of a fold ended. Every epoch is told once, those of a fold in their order; those of folds that train at the same time come mixed. */
  | ({ type: 'epoch' } & EndedEpoch)
  /** How far a fold is that is trained by a worker of a queue, now and then: its epochs are told when it is done. */
  | ({ type: 'training' } & EndedEpoch)
  /** A fold is done and written. */
  | {
      type: 'fold';
      seed: number;
      fold: string;
      seconds: number;
      tested: number;
      /** Tested samples that are right; of any number of labels those with all of them right. */
      correct: number;
      /** Of any number of labels: decisions, one for each sample and label, and how many are right. */
      decisions?: { correct: number; of: number };
      /** Most memory that the process that ran the fold has held so far, in bytes. */
      memory: number;
    }
  /** A worker ended without being told to; its fold is run once more, or given up. */
  | ({ type: 'crash'; seed: number; fold: string; again: boolean } & Crash);
