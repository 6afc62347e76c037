// What the page shows, and what happens when somebody does something. Knows neither Vue nor tfjs.
import { type ClipMarks, type FilePath, movedMarks, SIDES } from './clip-source.ts';
import { type Field, fieldsOf, saidOf } from './forms.ts';
import { type Asking, Dropped } from './line.ts';
import type {
  Answer,
  BackendChoice,
  ClipSource,
  Kind,
  Motion,
  NetworkFacts,
  OpenedClip,
  Questions,
  RepresentationEntry,
  Represented,
} from './protocol.ts';

export const EMOTIONS = ['happiness', 'disgust', 'surprise'] as const;
export const FACES = [0, 1, 2, 3] as const;

export interface State {
  /** Whether the worker has said what there is. */
  ready: boolean;
  /** How many actions have not come to their end. */
  busy: number;
  /** Sentences, by what they are about. */
  errors: Partial<Record<Kind, string>>;
  backends: readonly BackendChoice[];
  backend: string;
  backendWords: string;
  representations: readonly RepresentationEntry[];
  representation: string;
  fields: readonly Field[];
  /** What was filled in, by representation. */
  filled: Record<string, Record<string, unknown>>;
  flows: readonly string[];
  flow: string;
  network: NetworkFacts | undefined;
  source: ClipSource;
  side: number;
  clip: OpenedClip | undefined;
  marks: ClipMarks;
  /** The frame that is shown. */
  frame: number;
  result: Represented | undefined;
  motion: Motion | undefined;
  answer: Answer | undefined;
  explain: number | undefined;
}

export const initialState = (): State => ({
  ready: false,
  busy: 0,
  errors: {},
  backends: [],
  backend: 'wasm',
  backendWords: '',
  representations: [],
  representation: 'trdi',
  fields: [],
  filled: {},
  flows: [],
  flow: 'farneback',
  network: undefined,
  source: { kind: 'example', emotion: 'happiness', face: 0 },
  side: SIDES[1],
  clip: undefined,
  marks: { onset: 0, apex: 1, offset: 2 },
  frame: 0,
  result: undefined,
  motion: undefined,
  answer: undefined,
  explain: undefined,
});

/** A worker and its line. */
export interface Connection extends Asking {
  end(): void;
}

/**
 * What can be done. `state` is changed in place, so that whoever watches it sees each change.
 *
 * @param connect - starts a worker; `onFault` is told when it ends by itself.
 */
export function createActions(state: State, connect: (onFault: (sentence: string) => void) => Connection) {
  let line: Connection | undefined;

  /** Asks, and keeps what goes wrong as a sentence; what was overtaken is no answer. */
  async function ask<K extends Kind>(
    kind: K,
    given: Questions[K]['given'],
  ): Promise<Questions[K]['answer'] | undefined> {
    try {
      const answer = await line!.ask(kind, unwatched(given));
      delete state.errors[kind];
      return answer;
    } catch (error) {
      if (!(error instanceof Dropped)) state.errors[kind] = sentence((error as Error).message);
      return undefined;
    }
  }

  /** An action that counts as work until all that follows from it is there. */
  const working =
    <A extends unknown[]>(action: (...given: A) => Promise<unknown>) =>
    async (...given: A): Promise<void> => {
      state.busy += 1;
      try {
        await action(...given);
      } finally {
        state.busy -= 1;
      }
    };

  /** The options as given: those that say what holds anyway are left out. */
  const options = () => saidOf(state.fields, state.filled[state.representation] ?? {});

  async function represent() {
    const answer = await ask('represent', { name: state.representation, options: options(), marks: state.marks });
    if (answer) state.result = answer;
    else if (state.errors.represent) state.result = undefined;
  }
  async function move() {
    const answer = await ask('motion', { method: state.flow, marks: state.marks });
    if (answer) state.motion = answer;
    else if (state.errors.motion) state.motion = undefined;
  }
  async function answer() {
    const given = await ask('answer', { marks: state.marks, explain: state.explain });
    if (given) state.answer = given;
    else if (state.errors.answer) state.answer = undefined;
  }
  const compute = () => Promise.all([represent(), move(), answer()]).then(() => undefined);

  function show(name: string) {
    state.representation = name;
    state.fields = fieldsOf(state.representations.find((entry) => entry.name === name)!.schema);
    state.filled[name] ??= {};
  }

  async function open(source: ClipSource): Promise<void> {
    const clip = await ask('open', { source });
    if (!clip) return;
    state.source = source;
    state.clip = clip;
    state.marks = clip.marks;
    state.frame = clip.marks.apex;
    state.explain = undefined;
    await compute();
  }

  async function start(source: ClipSource = state.source): Promise<void> {
    line = connect((fault) => {
      line?.hangUp(fault);
      state.errors.start = sentence(fault);
    });
    const started = await ask('start', {});
    if (!started) return;
    Object.assign(state, started);
    show(state.representation);
    if (await useBackend(state.backend)) {
      state.ready = true;
      await open(source);
    }
  }

  async function useBackend(name: string): Promise<boolean> {
    const used = await ask('backend', { name });
    if (!used) return false;
    state.backend = name;
    state.backendWords = used.words;
    return true;
  }

  return {
    start: working(start),
    open: working(open),
    /** Files, or files that are being collected. */
    openFiles: working(async (files: readonly FilePath[] | Promise<readonly FilePath[]>) => {
      try {
        await open({ kind: 'files', files: await files, side: state.side });
      } catch (error) {
        state.errors.open = sentence((error as Error).message);
      }
    }),
    setSide: working(async (side: number) => {
      state.side = side;
      if (state.source.kind === 'files') await open({ ...state.source, side });
    }),
    setBackend: working(async (name: string) => {
      // the form shows what was asked for while it is being started
      const before = state.backend;
      state.backend = name;
      if (await useBackend(name)) await compute();
      else state.backend = before;
    }),
    setRepresentation: working(async (name: string) => {
      show(name);
      await represent();
    }),
    /** `undefined`: nothing is given, and the default holds. */
    setOption: working(async (name: string, value: unknown) => {
      const filled = state.filled[state.representation]!;
      if (value === undefined) delete filled[name];
      else filled[name] = value;
      await represent();
    }),
    resetOptions: working(async () => {
      state.filled[state.representation] = {};
      await represent();
    }),
    setFlow: working(async (method: string) => {
      state.flow = method;
      await move();
    }),
    setMark: working(async (which: keyof ClipMarks, to: number) => {
      if (!state.clip || !Number.isFinite(to)) return;
      state.marks = movedMarks(state.marks, which, to, state.clip.count);
      await compute();
    }),
    setExplained: working(async (index: number) => {
      state.explain = index;
      await answer();
    }),
    /** Ends whatever is being computed, and starts again with the same clip. */
    stop: working(async () => {
      line?.hangUp('Stopped.');
      line?.end();
      await start(state.source);
    }),
    end() {
      line?.end();
    },
  };
}

export type Actions = ReturnType<typeof createActions>;

/** A copy of lists and plain objects without whatever watches them: only plain data goes to a worker. Files stay what they are. */
function unwatched<T>(value: T): T {
  if (Array.isArray(value)) return value.map(unwatched) as T;
  if (typeof value !== 'object' || value === null || value instanceof Blob) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, unwatched(one)])) as T;
}

/** A message as a sentence. */
function sentence(message: string): string {
  const text = message.trim() || 'Something went wrong, and nothing was said of what.';
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
