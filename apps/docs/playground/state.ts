// What the page shows, and what happens when somebody does something. Knows neither Vue nor tfjs.
import type { Camera } from '@mer/io';
import { type Chosen, type ClipMarks, chooseFiles, type FilePath, movedMarks, nameOf, SIDES } from './clip-source.ts';
import { type Field, fieldsOf, saidOf } from './forms.ts';
import { type Asking, Dropped } from './line.ts';
import { type Course, emptyCourse, pushed } from './live-course.ts';
import type {
  Answer,
  BackendChoice,
  ClipSource,
  Expression,
  FaceSearch,
  Kind,
  LiveFrame,
  Motion,
  NetworkFacts,
  NetworkSource,
  Notice,
  OpenedClip,
  OpenedVideo,
  Progress,
  Questions,
  RepresentationEntry,
  Represented,
  Spotted,
  Stretch,
  VideoSource,
} from './protocol.ts';

export const EMOTIONS = ['happiness', 'disgust', 'surprise'] as const;
export const FACES = [0, 1, 2, 3] as const;

/** A camera that is looked at. */
export interface Live {
  readonly name: string;
  readonly stream: Camera['stream'];
  frame: LiveFrame | undefined;
  pictures: LiveFrame['pictures'];
  /** The scores of the last seconds. */
  course: Course;
  /** Expressions, the newest first. */
  expressions: readonly (Expression & { readonly number: number })[];
}

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
  networkSource: NetworkSource;
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
  /** Where the faces of videos and of the camera are. */
  face: FaceSearch;
  /** A video that is open, and what was spotted in it. */
  video: OpenedVideo | undefined;
  videoSource: VideoSource | undefined;
  spotted: Spotted | undefined;
  /** Least motion of an expression, pixels of 256. */
  height: number;
  /** The expression that is the clip. */
  chosen: number | undefined;
  progress: Progress | undefined;
  live: Live | undefined;
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
  networkSource: { kind: 'own' },
  source: { kind: 'example', emotion: 'happiness', face: 0 },
  side: SIDES[1],
  clip: undefined,
  marks: { onset: 0, apex: 1, offset: 2 },
  frame: 0,
  result: undefined,
  motion: undefined,
  answer: undefined,
  explain: undefined,
  face: 'find',
  video: undefined,
  videoSource: undefined,
  spotted: undefined,
  height: 0.5,
  chosen: undefined,
  progress: undefined,
  live: undefined,
});

/** Expressions of the camera that can be shown: of so many frames are kept. */
const SHOWN = 5;

/** A worker and its line. */
export interface Connection extends Asking {
  end(): void;
}

/**
 * What can be done. `state` is changed in place, so that whoever watches it sees each change.
 *
 * @param connect - starts a worker; `onFault` is told when it ends by itself, `onNotice` what it says without being asked.
 * @param openCamera - of @mer/io, which is loaded when somebody wants a camera
 */
export function createActions(
  state: State,
  connect: (onFault: (sentence: string) => void, onNotice: (notice: Notice) => void) => Connection,
  openCamera: () => Promise<Camera> = async () => (await import('./camera.ts')).openCamera(),
) {
  let line: Connection | undefined;
  let camera: Camera | undefined;

  function hear(notice: Notice) {
    if (notice.notice === 'progress') state.progress = notice.progress;
    else if (notice.notice === 'live') look(notice.live);
    else {
      if (notice.error) state.errors.watch = sentence(notice.error);
      turnOff();
    }
  }

  function look(frame: LiveFrame) {
    const { live } = state;
    if (!live) return;
    live.frame = frame;
    if (frame.pictures) live.pictures = frame.pictures;
    else if (frame.face === 'none') live.pictures = undefined;
    live.course = pushed(live.course, frame.time, frame.score);
    if (frame.ended) live.expressions = [frame.ended, ...live.expressions].slice(0, SHOWN);
  }

  function turnOff() {
    camera?.stop();
    camera = undefined;
    state.live = undefined;
  }

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

  async function openVideo(video: VideoSource): Promise<void> {
    turnOff();
    const opened = await ask('video', { video });
    if (!opened) return;
    Object.assign(state, { video: opened, videoSource: video, spotted: undefined, chosen: undefined });
    delete state.errors.spot;
  }

  /** Opens what a video or the camera gives as the clip; what is wrong is told where it was asked for. */
  async function take(source: ClipSource, kind: 'spot' | 'watch'): Promise<void> {
    await open(source);
    delete state.errors[kind];
    const error = state.errors.open;
    if (error !== undefined) state.errors[kind] = error;
    delete state.errors.open;
  }

  async function start(source: ClipSource = state.source): Promise<void> {
    line = connect((fault) => {
      line?.hangUp(fault);
      turnOff();
      state.errors.start = sentence(fault);
    }, hear);
    const started = await ask('start', {});
    if (!started) return;
    Object.assign(state, started);
    show(state.representation);
    if (await useBackend(state.backend)) {
      state.ready = true;
      await useNetwork(state.networkSource);
      await open(source);
    }
  }

  /** The network that answers from now on; the one before stays where it cannot be loaded. */
  async function useNetwork(source: NetworkSource): Promise<void> {
    const facts = await ask('network', { source });
    if (!facts) return;
    Object.assign(state, { network: facts, networkSource: source, explain: undefined });
    if (state.clip) await answer();
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
      delete state.errors.open;
      delete state.errors.video;
      try {
        const given = await files;
        const exported = given.some(({ path }) => nameOf(path) === 'model.json');
        if (exported) return await useNetwork({ kind: 'files', files: given });
        const video = videoOf(given);
        if (video) {
          await openVideo({ kind: 'file', file: video });
        } else await open({ kind: 'files', files: given, side: state.side });
      } catch (error) {
        state.errors.open = sentence((error as Error).message);
      }
    }),
    useNetwork: working(useNetwork),
    setSide: working(async (side: number) => {
      state.side = side;
      if (state.source.kind === 'files' || state.source.kind === 'stretch') await open({ ...state.source, side });
    }),
    setBackend: working(async (name: string) => {
      // the form shows what was asked for while it is being started
      const before = state.backend;
      state.backend = name;
      // what the camera's frames become lies on a backend, too
      turnOff();
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
    openVideo: working(openVideo),
    closeVideo() {
      Object.assign(state, { video: undefined, videoSource: undefined, spotted: undefined, chosen: undefined });
    },
    setFace(face: FaceSearch) {
      state.face = face;
    },
    /** Looks for expressions in the video. */
    spot: working(async () => {
      const { videoSource: video, face, height } = state;
      if (!video) return;
      state.chosen = undefined;
      state.spotted = await ask('spot', { video, face, height });
      state.progress = undefined;
    }),
    setHeight: working(async (height: number) => {
      state.height = height;
      const spotted = state.spotted && (await ask('decide', { height }));
      if (!spotted) return;
      state.spotted = spotted;
      state.chosen = undefined;
    }),
    /** Some seconds of the video become the clip; `chosen` says which expression they are. */
    takeStretch: working(async (seconds: Pick<Stretch, 'onset' | 'apex' | 'offset'>, chosen?: number) => {
      const { videoSource: video, face, side } = state;
      if (!video) return;
      state.chosen = chosen;
      await take({ kind: 'stretch', stretch: { video, face, ...seconds }, side }, 'spot');
      state.progress = undefined;
    }),
    startCamera: working(async () => {
      turnOff();
      delete state.errors.watch;
      try {
        camera = await openCamera();
      } catch (error) {
        state.errors.watch = sentence((error as Error).message);
        return;
      }
      const { name, stream } = camera;
      state.live = {
        ...{ name, stream, frame: undefined, pictures: undefined },
        ...{ course: emptyCourse(), expressions: [] },
      };
      if (!(await ask('watch', { port: camera.share(), face: state.face }))) turnOff();
      state.progress = undefined;
    }),
    stopCamera: working(async () => {
      turnOff();
      await ask('unwatch', {});
    }),
    /** An expression of the camera, or its last seconds, become the clip. */
    takeMoment: working((number?: number) => take({ kind: 'moment', number }, 'watch')),
    /** The frames of the clip as files in a zip. */
    async frames(): Promise<Uint8Array<ArrayBuffer> | undefined> {
      return (await ask('frames', {}))?.zip;
    },
    /** Ends whatever is being computed, and starts again with the same clip, or the example where the camera gave it. */
    stop: working(async () => {
      line?.hangUp('Stopped.');
      line?.end();
      turnOff();
      Object.assign(state, { progress: undefined, spotted: undefined, chosen: undefined });
      await start(state.source.kind === 'moment' ? initialState().source : state.source);
    }),
    end() {
      turnOff();
      line?.end();
    },
  };
}

export type Actions = ReturnType<typeof createActions>;

/** The one video among files; undefined where there are others, which the worker looks at. */
function videoOf(files: readonly FilePath[]): File | undefined {
  let chosen: Chosen | undefined;
  try {
    chosen = chooseFiles(files, () => 0);
  } catch {
    return undefined;
  }
  return chosen.kind === 'video' ? (chosen.files[0]!.file as File) : undefined;
}

/** A copy of lists and plain objects without whatever watches them: only plain data goes to a worker. Files and ends of channels stay what they are. */
function unwatched<T>(value: T): T {
  if (Array.isArray(value)) return value.map(unwatched) as T;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Blob || value instanceof MessagePort) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, unwatched(one)])) as T;
}

/** A message as a sentence. */
function sentence(message: string): string {
  const text = message.trim() || 'Something went wrong, and nothing was said of what.';
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
