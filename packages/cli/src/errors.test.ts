import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { explainError, UsageError } from './errors.js';

const thrown = async (work: () => unknown): Promise<unknown> => {
  try {
    return await work();
  } catch (error) {
    return error;
  }
};

const FAULT = 'mer: Cannot go on as a step of mer itself failed';

describe('explainError()', () => {
  it('puts what Node says of the file system into words', async () => {
    const error = (await thrown(() => readFile('/none/such'))) as Error;
    expect(await explainError(error)).toBe(
      'mer: Cannot go on with /none/such as there is no such file or folder: check the path\n',
    );
    expect(await explainError(new Error(`Cannot prepare x: ${error.message}`, { cause: error }))).toBe(
      'mer: Cannot prepare x: there is no such file or folder: check the path\n',
    );
    const long = (await thrown(() => readFile('n'.repeat(300)))) as Error;
    expect(await explainError(new Error(`Cannot read it: ${long.message}`))).toMatch(
      /^mer: Cannot read it: the name is/,
    );
  });

  it('shows nothing that JavaScript throws', async () => {
    const none = undefined as unknown as { x: { y: () => void } };
    const circle: unknown[] = [];
    circle.push(circle);
    const deep = (): number => 1 + deep();
    for (const work of [
      () => none.x,
      () => (({}) as unknown as { f: () => void }).f(),
      () => JSON.stringify(circle),
      deep,
      () => new Float32Array(-1),
      () => [].length.toFixed(200),
      () => decodeURIComponent('%'),
      () => Buffer.alloc(-1),
      () => JSON.parse('{'),
      () => [...(3 as unknown as number[])],
    ]) {
      const error = (await thrown(work)) as Error;
      expect(error).toBeInstanceOf(Error);
      expect(await explainError(error)).toMatch(new RegExp(`^${FAULT}`));
      const wrapped = new Error(`Cannot prepare s1: ${error.message}`, { cause: error });
      expect(await explainError(wrapped)).toMatch(/^mer: Cannot prepare s1: a step of mer itself failed/);
      expect(await explainError(new UsageError(error.message, { cause: error }))).toMatch(new RegExp(`^${FAULT}`));
    }
  });

  it('leaves our own errors as they are, whatever their class', async () => {
    for (const message of [
      'Cannot read the workbook as it must be a .xlsx file: current value is x',
      'Cannot convert image as shape must be [H, W, C]: current value is 3',
      'Cannot create a network as "clases" is not an option, did you mean "classes"?: the options are classes',
      'labels.npy: the file is cut short',
    ]) {
      expect(await explainError(new TypeError(message))).toBe(`mer: ${message}\n`);
      expect(await explainError(new RangeError(message))).toBe(`mer: ${message}\n`);
    }
    const cause = new SyntaxError('Unexpected token x');
    const error = new UsageError('Cannot use ./own.mjs as loading it failed: Unexpected token x', { cause });
    expect(await explainError(error)).toBe(`mer: ${error.message}\n`);
  });
});
