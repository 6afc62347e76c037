import { expect, it } from 'vitest';
import { type Answering, answering, asking, Dropped } from './line.ts';
import type { Port } from './protocol.ts';

/** Two ports: what is posted at one arrives at the other, later. */
function ports(): [Port, Port] {
  const listeners: ((event: { data: unknown }) => void)[][] = [[], []];
  const port = (own: number): Port => ({
    postMessage: (data) => void setTimeout(() => listeners[1 - own]!.forEach((hear) => void hear({ data }))),
    addEventListener: (_type, hear) => void listeners[own]!.push(hear),
  });
  return [port(0), port(1)];
}

it('answers one after another, drops what was overtaken, and gives errors as they are said', async () => {
  const [page, worker] = ports();
  const answered: number[] = [];
  answering(worker, {
    async backend({ name }) {
      if (name === 'none') throw new RangeError('Cannot use backend as it must exist');
      return { words: name };
    },
    async answer({ explain }) {
      answered.push(explain!);
      return { explained: explain };
    },
  } as Partial<Answering> as Answering);
  const { ask } = asking(page);
  const marks = { onset: 0, apex: 1, offset: 2 };
  const all = await Promise.allSettled([
    ask('backend', { name: 'wasm' }),
    ask('answer', { marks, explain: 1 }),
    ask('answer', { marks, explain: 2 }),
    ask('backend', { name: 'none' }),
    ask('answer', { marks, explain: 3 }),
  ]);
  expect(answered).toEqual([3]);
  expect(all.map((one) => (one.status === 'fulfilled' ? one.value : one.reason))).toEqual([
    { words: 'wasm' },
    expect.any(Dropped),
    expect.any(Dropped),
    new Error('Cannot use backend as it must exist'),
    { explained: 3 },
  ]);
});

it('lets nobody wait for a worker that has ended', async () => {
  const [page] = ports();
  const { ask, hangUp } = asking(page);
  const waiting = ask('start', {});
  hangUp('Stopped.');
  await expect(waiting).rejects.toThrow('Stopped.');
});
