import { describe, expect, it } from 'vitest';
import type { Kind, LiveFrame, Notice } from './protocol.ts';
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
  network: ({ source }: { source: { kind: string } }) => ({
    own: source.kind === 'own',
    name: source.kind,
    classes: ['a'],
  }),
  answer: ({ explain }: { explain?: number }) => ({ explained: explain ?? 0 }),
  video: ({ video }: { video: { file?: File } }) => {
    if (video.file?.size === 0) throw new Error(`Cannot open video ${video.file.name} as it must be intact`);
    return { name: video.file?.name, seconds: 4 };
  },
  spot: ({ height }: { height: number }) => ({ height, expressions: [{ onset: 1, apex: 1.2, offset: 1.4 }] }),
  decide: ({ height }: { height: number }) => ({ height, expressions: [] }),
  watch: () => ({}),
  unwatch: () => ({}),
};

function playground(openCamera?: () => Promise<never>) {
  const state = initialState();
  const asked: [Kind, unknown][] = [];
  let fault: (sentence: string) => void = () => {};
  let notice: (one: Notice) => void = () => {};
  const connect = (onFault: (sentence: string) => void, onNotice: (one: Notice) => void): Connection => {
    fault = onFault;
    notice = onNotice;
    return {
      async ask(kind, given) {
        asked.push([kind, given]);
        return answers[kind]!(given as never) as never;
      },
      hangUp() {},
      end: () => void asked.push(['start', 'ended']),
    };
  };
  const actions = createActions(state, connect, openCamera);
  return { state, asked, actions, fault: (words: string) => fault(words), notice: (one: Notice) => notice(one) };
}

describe('the state of the page', () => {
  it('opens the example and asks for everything', async () => {
    const { state, asked, actions } = playground();
    await actions.start();
    expect(asked.map(([kind]) => kind)).toEqual([
      'start',
      'backend',
      'network',
      'open',
      'represent',
      'motion',
      'answer',
    ]);
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

describe('videos and the camera', () => {
  it('opens a video where one is among the files, spots in it, and takes an expression as the clip', async () => {
    const { state, asked, actions, notice } = playground();
    await actions.start();
    const file = (name: string, text = 'bytes') => ({ path: name, file: new File([text], name) });
    await actions.openFiles([file('empty.mp4', '')]);
    expect(state.errors.video).toBe('Cannot open video empty.mp4 as it must be intact.');
    await actions.openFiles([file('face.webm'), file('notes.txt')]);
    expect(state.video).toEqual({ name: 'face.webm', seconds: 4 });
    expect(state.errors).toEqual({});
    const spotting = actions.spot();
    notice({ notice: 'progress', progress: { part: 'motion', done: 3, total: 9 } });
    expect(state.progress).toMatchObject({ done: 3 });
    await spotting;
    expect([state.progress, state.spotted?.expressions.length]).toEqual([undefined, 1]);
    asked.length = 0;
    await actions.takeStretch(state.spotted!.expressions[0]!, 0);
    expect(asked[0]).toMatchObject(['open', { source: { kind: 'stretch', stretch: { face: 'find', apex: 1.2 } } }]);
    await actions.setHeight(2);
    expect(state).toMatchObject({ chosen: undefined, spotted: { height: 2, expressions: [] } });
    actions.closeVideo();
    expect(state.video).toBeUndefined();
  });

  it('looks at a camera until it is turned off, and says why there is none', async () => {
    let stopped = 0;
    const camera = {
      name: 'a camera',
      stream: 'stream',
      share: () => new MessageChannel().port1,
      stop: () => stopped++,
    };
    const { state, asked, actions, notice } = playground(async () => camera as never);
    await actions.start();
    await actions.startCamera();
    expect(state.live).toMatchObject({ name: 'a camera', stream: 'stream' });
    expect((asked.at(-1)![1] as { port: unknown }).port).toBeInstanceOf(MessagePort);
    const ended = { onset: 1, apex: 2, offset: 3, score: 1, kind: 'micro' } as const;
    for (let i = 1; i <= 7; i++) {
      const live = { time: i, face: 'there', score: i, ended: { ...ended, number: i } } as unknown as LiveFrame;
      notice({ notice: 'live', live });
    }
    expect([...state.live!.course.values]).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(state.live!.expressions.map(({ number }) => number)).toEqual([7, 6, 5, 4, 3]);
    notice({ notice: 'camera ended', error: 'Cannot read the camera as it must stay on: it was pulled out' });
    expect([state.live, state.errors.watch, stopped]).toEqual([
      undefined,
      'Cannot read the camera as it must stay on: it was pulled out.',
      1,
    ]);
    const none = playground(() => Promise.reject(new Error('Cannot open the camera as there must be one')));
    await none.actions.start();
    await none.actions.startCamera();
    expect(none.state.errors.watch).toBe('Cannot open the camera as there must be one.');
  });
});
