import { systemErrorText } from '@mer/io';
import type { PreparedInput } from '@mer/training';
import { ExperimentError } from '../schema/experiment-error.js';
import { findRowFile, openRowFile, type RowFile, type RowWriter, writeRowFile } from './row-file.js';

/** Where the images of one input go. */
export interface ImageStore {
  /** Samples that are there. */
  readonly done: number;
  append(values: Float32Array, shape: readonly number[]): Promise<void>;
  finish(): Promise<{ input: PreparedInput; file?: RowFile; close?: () => void }>;
  /** Ends early. */
  close(): Promise<void>;
}

/** Holds the images of one input in memory. */
export function memoryStore(samples: number, flow: PreparedInput['flow']): ImageStore {
  let all: { values: Float32Array; shape: readonly number[] } | undefined;
  let done = 0;
  return {
    get done() {
      return done;
    },
    async append(values, shape) {
      all ??= { values: new Float32Array(samples * values.length), shape };
      if (all.shape.join() !== shape.join()) {
        throw new RangeError(
          `its images must all have one shape: this one is [${shape.slice(1)}], the others are [${all.shape.slice(1)}]; set size of the input`,
        );
      }
      all.values.set(values, done * values.length);
      done += 1;
    },
    async finish() {
      return { input: { shape: all!.shape.slice(1), values: all!.values, flow } };
    },
    async close() {},
  };
}

/** Writes the images of one input to a file of a cache, or finds them there. */
export async function fileStore(
  dir: string,
  key: string,
  samples: number,
  flow: PreparedInput['flow'],
): Promise<ImageStore> {
  const found = await findRowFile(dir, key, samples);
  if (found) {
    return {
      done: samples,
      append: async () => {},
      finish: async () => ({ ...fileInput(found, flow), file: found }),
      close: async () => {},
    };
  }
  const writer: RowWriter = await writeRowFile(dir, key, samples).catch((cause) => {
    throw new ExperimentError(
      `Cannot keep prepared images in ${dir} as ${systemErrorText(cause)}; --cache names another folder`,
      { cause },
    );
  });
  return {
    get done() {
      return writer.done;
    },
    append: (values, shape) => writer.append(values, shape),
    async finish() {
      const file = await writer.finish();
      return { ...fileInput(file, flow), file };
    },
    close: () => writer.close(),
  };
}

/** An input whose rows are read from a file. */
export function fileInput(file: RowFile, flow: PreparedInput['flow']): { input: PreparedInput; close: () => void } {
  const { read, close } = openRowFile(file);
  return { input: { shape: file.shape.slice(1), read, flow }, close };
}
