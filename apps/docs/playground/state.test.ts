import { describe, expect, it } from 'vitest';
import type { Kind } from './protocol.ts';
import { type Connection, createActions, initialState } from './state.ts';

const schema = { properties: { gray: { type: 'boolean', default: false }, blur: { type: 'number', default: 0 } } };
const answers: Record<string, (given: never) => unknown> = {
  start: () => ({
    backends: [{ name: 'wasm', available: true, words: 'CPU' }],
    representations: ['trdi', 'midi'].map((name) => ({ name, title: name, schema })),
    flows: ['tvl1'],
    network: undefined,
  }),
  backend: ({ name }: { name: string }) => {
    if (name !== 'wasm') throw new Error(`Cannot use backend ${name}`);
    return { words: name };
  },
  open: () => ({
    title: 'a clip',
    count: 12,
    width: 8,
    height: 8,
    frames: [],
    marks: { onset: 0, apex: 5, offset: 11 },
    notes: [],
  }),
  represent: ({ name, options }: { name: string; options: object }) => ({ shape: [name, JSON.stringify(options)] }),
  motion: () => ({ longest: 1 }),
  answer: ({ explain }: { explain?: number }) => ({ explained: explain ?? 0 }),
};

function playground() {
  const state = initialState();
  const asked: [Kind, unknown][] = [];
  let fault: (sentence: string) => void = () => {};
  const connect = (onFault: (sentence: string) => void): Connection => {
    fault = onFault;
    return {
      async ask(kind, given) {
        asked.push([kind, given]);
        return answers[kind]!(given as never) as never;
      },
      hangUp() {},
      end: () => void asked.push(['start', 'ended']),
    };
  };
  return { state, asked, actions: createActions(state, connect), fault: (words: string) => fault(words) };
}

describe('the state of the page', () => {
  it('opens the example and asks for everything', async () => {
    const { state, asked, actions } = playground();
    await actions.start();
    expect(asked.map(([kind]) => kind)).toEqual(['start', 'backend', 'open', 'represent', 'motion', 'answer']);
    expect(state).toMatchObject({ ready: true, busy: 0, frame: 5, errors: {}, marks: { apex: 5 } });
    expect(state.fields.map(({ name }) => name)).toEqual(['gray', 'blur']);
  });

  it('asks with the options that say something, and keeps them for each representation', async () => {
    const { state, actions } = playground();
    await actions.start();
    await actions.setOption('blur', 2);
    await actions.setOption('gray', false);
    expect(state.result).toEqual({ shape: ['trdi', '{"blur":2}'] });
    await actions.setRepresentation('midi');
    expect(state.result).toEqual({ shape: ['midi', '{}'] });
    await actions.setRepresentation('trdi');
    expect(state.result).toEqual({ shape: ['trdi', '{"blur":2}'] });
    await actions.resetOptions();
    expect(state.result).toEqual({ shape: ['trdi', '{}'] });
  });

  it('keeps what there was when something cannot be done, and says so in a sentence', async () => {
    const { state, actions } = playground();
    await actions.start();
    await actions.setBackend('webgpu');
    expect([state.backend, state.errors.backend]).toEqual(['wasm', 'Cannot use backend webgpu.']);
    await actions.openFiles(Promise.reject(new Error('Cannot open these files')));
    expect([state.clip?.count, state.errors.open, state.busy]).toEqual([12, 'Cannot open these files.', 0]);
  });

  it('moves marks, and computes all anew', async () => {
    const { state, asked, actions } = playground();
    await actions.start();
    asked.length = 0;
    await actions.setMark('apex', 3);
    expect(state.marks).toEqual({ onset: 0, apex: 3, offset: 11 });
    expect(asked.map(([kind]) => kind)).toEqual(['represent', 'motion', 'answer']);
    await actions.setMark('apex', Number.NaN);
    expect(asked).toHaveLength(3);
  });

  it('tells when the worker ends by itself, and starts another', async () => {
    const { state, asked, actions, fault } = playground();
    await actions.start();
    fault('The worker has ended');
    expect(state.errors.start).toBe('The worker has ended.');
    await actions.stop();
    expect(state.errors.start).toBeUndefined();
    expect(asked.filter(([, given]) => given === 'ended')).toHaveLength(1);
  });
});
