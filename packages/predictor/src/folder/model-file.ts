import { checkLimit, fileLimits } from '@mer/io';
import { choice, either, integer, list, number, type OptionEntries, option, optionIssues, text } from '@mer/options';
import * as v from 'valibot';

/** Name of the file that says what the others of a folder are. */
export const MODEL_FILE = 'model.json';

/** How weights lie in their files. */
export const ENCODINGS = ['float32', 'float16', 'int8'] as const;

/** How weights lie in their files: as they are, as half floats, or as whole numbers of 8 bits with a scale for each output channel. */
export type WeightEncoding = (typeof ENCODINGS)[number];

/** A step with its options, as `createStep` takes it. */
export interface ModelStep {
  readonly step: string;
  readonly options?: Readonly<Record<string, unknown>> | undefined;
}

/** How the picture (or the sequence of pictures) of one input is made, after the steps of `preprocessing`. */
export interface ModelInput {
  /** Name of the input in the network. */
  readonly name: string;
  /** From the clip, or the picture, to what the network takes. */
  readonly steps: readonly ModelStep[];
  /** The representation is made of each of so many windows between onset and offset. */
  readonly windows?: { readonly count: number; readonly overlap: number } | undefined;
  /** `[height, width, channels]`, or `[times, height, width, channels]`. */
  readonly shape: readonly number[];
}

/** Below what an answer is refused. */
export interface QualityLimits {
  /** Least share of the frames looked at that must show the face, 0..1. */
  readonly faceShare: number;
  /** Least motion in the face, in pixels of a square of 256 around it. */
  readonly motion: number;
  /** The same, as a multiple of what still skin does. */
  readonly motionRatio: number;
  /** Least motion in pixels of 256 where there are too few frames to know what still skin does. */
  readonly motionOfFew: number;
}

/** The limits of folders that say nothing else. */
export const QUALITY: QualityLimits = Object.freeze({ faceShare: 0.5, motion: 0.3, motionRatio: 12, motionOfFew: 0.5 });

/** A score with its interval over subjects. */
export interface ExpectedScore {
  readonly value: number;
  /** 95 % interval. */
  readonly interval?: readonly [low: number, high: number] | undefined;
}

/** The test that tells what to expect of a network: of the folds of the same experiment, each on subjects that it had not seen. */
export interface Evaluation {
  /** Hash of the run, and its name. */
  readonly run: string;
  readonly hash: string;
  /** How the samples were split. */
  readonly protocol: string;
  /** How the tested epoch was chosen: `last`, `validation`, or `given`. */
  readonly epochChoice: string;
  /** Data set, samples and subjects tested. */
  readonly dataset: string;
  readonly n: number;
  readonly subjects: number;
  readonly seeds: readonly number[];
  /** By name: `uf1`, `uar`, `accuracy` and so on; over several seeds their mean. */
  readonly scores: Readonly<Record<string, ExpectedScore>>;
}

/** The weights of one member of the ensemble. */
export interface MemberFile {
  /** Name of the file, in the same folder. */
  readonly file: string;
  /** Its length. */
  readonly bytes: number;
  /** SHA-256 of its content, hexadecimal. */
  readonly sha256: string;
  /** Seed that it was trained with; null where nobody says. */
  readonly seed: number | null;
  /** The fold whose network it is: the subject that it has not seen; absent of one that was trained on all. */
  readonly fold?: string | undefined;
}

/** What a folder with a trained network says of it: `model.json`. */
export interface ModelFile {
  /** Version of the format. */
  readonly format: 1;
  readonly name: string;
  readonly description?: string | undefined;
  /** The network, for `createModel(name, options)`: every option that follows from classes and shapes is among them. */
  readonly model: { readonly name: string; readonly options: Readonly<Record<string, unknown>> };
  /** Class names, in the order of the logits. */
  readonly classes: readonly string[];
  /** `multiple` where a clip has any number of labels; else absent. */
  readonly labelKind?: 'single' | 'multiple' | undefined;
  /** Of any number of labels: the probability above which one is predicted, for all or each; 0.5 where it is absent. */
  readonly threshold?: number | readonly number[] | undefined;
  /** What `preprocessing` and the inputs' steps are given. */
  readonly samples: 'clips' | 'images';
  /** Of `images`: the steps that make such a picture of a clip; absent where nobody knows. */
  readonly madeBy?: readonly ModelStep[] | undefined;
  /** How frames are read: the side, or [height, width], to which they are resized, whether in color, and which of them. */
  readonly frames: {
    readonly size?: number | readonly [height: number, width: number] | undefined;
    readonly color?: boolean | undefined;
    readonly from?: 'onset' | 'first' | undefined;
    readonly to?: 'offset' | 'apex' | 'last' | undefined;
  };
  /** Steps on every clip before those of the inputs. */
  readonly preprocessing: readonly ModelStep[];
  /** One entry for each input of the network, in its order. */
  readonly inputs: readonly ModelInput[];
  /** Changes of clips whose views are averaged; absent where the clip alone is looked at. */
  readonly views?: readonly Readonly<{ name: string; [option: string]: unknown }>[] | undefined;
  /** Frames a second of the recordings that it was trained on, ascending; empty where nobody says. */
  readonly frameRates: readonly number[];
  /** The marks that its steps look at; one that is not known must be spotted. */
  readonly marks: readonly ('onset' | 'apex' | 'offset')[];
  /**
   * How faces lie in what it was trained on. `steps`: its own steps align them and need landmarks. `cut`: they fill the picture, so that a small one is to be
   * cut out, to a square of `size` pixels. null: nobody says.
   */
  readonly face: { readonly by: 'steps' } | { readonly by: 'cut'; readonly size: number } | null;
  readonly quality: QualityLimits;
  /** What it was trained on. */
  readonly data: readonly {
    readonly name: string;
    readonly samples: number | null;
    readonly subjects: number | null;
  }[];
  /** As whoever exported it says; `not stated` where nobody did. */
  readonly license: { readonly weights: string; readonly data: string };
  /** What to expect of it on new people, and the sentence that says what kind of number that is, or why there is none. */
  readonly expected: { readonly note: string; readonly evaluation: Evaluation | null };
  /** Members of the ensemble: their mean probability counts. */
  readonly weights: readonly MemberFile[];
  readonly encoding: WeightEncoding;
  /** Own parts that it is made with, each with the hash of its module; they must be given, and are never read from the folder. */
  readonly parts: readonly { readonly kind: string; readonly name: string; readonly hash: string }[];
  /** Of mer, Node and tfjs. */
  readonly versions: Readonly<Record<string, string>>;
  /** When it was exported, ISO 8601. */
  readonly created: string;
}

/** The most that a file may claim. */
const MOST_CLASSES = 1000;
const MOST_STEPS = 100;
const MOST_INPUTS = 16;
const MOST_MEMBERS = 10_000;
const MOST_SIDE = 2 ** 16;
const DEEPEST = 32;

const words = (about: string, most = 1000) =>
  text(about, {
    pattern: new RegExp(`^[^\\0]{1,${most}}$`, 'su'),
    expected: `a text of 1 to ${most} characters`,
  });
const count = (about: string, max = Number.MAX_SAFE_INTEGER) => integer(about, { min: 0, max });
const side = integer('Pixels.', { min: 1, max: MOST_SIDE });
const finite = number('A number.', {});
const share = number('A share.', { min: 0, max: 1 });
const probability = number('A probability.', { above: 0, below: 1 });
const orNull = (schema: v.GenericSchema) => v.nullable(schema);
const perhaps = (schema: v.GenericSchema) => v.optional(schema);

/** An object with these keys; others, which later versions may write, are left out of what is read. */
const object = (entries: OptionEntries, expected = 'an object') =>
  option('', v.object(entries, expected) as v.GenericSchema, expected, {});

const plain = option('', v.record(v.string(), v.unknown(), 'an object') as v.GenericSchema, 'an object', {});
const step = object({ step: words('Its name.', 200), options: perhaps(plain) }, 'an object with a step');
const steps = list('Steps.', step, { max: MOST_STEPS });

/** Neither a folder nor a name that means something else to a system. */
const fileName = text('Name of a file.', {
  pattern: /^[A-Za-z0-9_][A-Za-z0-9._%~-]{0,199}$/,
  expected: 'the name of a file in the same folder: letters, digits, dots, dashes, underscores, percent signs',
});
const sha256 = text('Hash.', { pattern: /^[0-9a-f]{64}$/, expected: '64 hexadecimal digits' });

const entries = {
  format: v.literal(1, '1'),
  name: words('Name of the network.', 200),
  description: perhaps(words('What it is.', 10_000)),
  model: object({ name: words('Name of the model.', 200), options: plain }),
  classes: list('Classes.', words('A class.'), { min: 1, max: MOST_CLASSES, different: true }),
  labelKind: perhaps(choice('Labels.', ['single', 'multiple'], {})),
  threshold: perhaps(
    either('Thresholds.', [probability, list('Of each label.', probability, { min: 1, max: MOST_CLASSES })], {}),
  ),
  samples: choice('What it takes.', ['clips', 'images'], {}),
  madeBy: perhaps(steps),
  frames: object({
    size: perhaps(either('Side.', [side, list('Height and width.', side, { min: 2, max: 2 })], {})),
    color: perhaps(v.boolean('true or false')),
    from: perhaps(choice('First frame.', ['onset', 'first'], {})),
    to: perhaps(choice('Last frame.', ['offset', 'apex', 'last'], {})),
  }),
  preprocessing: steps,
  inputs: list(
    'Inputs.',
    object({
      name: words('Name of the input.', 200),
      steps,
      windows: perhaps(
        object({ count: integer('Windows.', { min: 2, max: 1000 }), overlap: number('Share.', { min: 0, max: 0.9 }) }),
      ),
      shape: list('Its shape.', side, { min: 1, max: 5 }),
    }),
    { min: 1, max: MOST_INPUTS },
  ),
  views: perhaps(
    list(
      'Views.',
      option('', v.looseObject({ name: words('Name.', 200) }) as v.GenericSchema, 'an object with a name', {}),
      {
        max: MOST_INPUTS,
      },
    ),
  ),
  frameRates: list('Frames a second.', number('Frames a second.', { above: 0, max: 1e6 }), { max: 1000 }),
  marks: list('Marks.', choice('A mark.', ['onset', 'apex', 'offset'], {}), { max: 3, different: true }),
  face: orNull(
    v.variant(
      'by',
      [v.object({ by: v.literal('steps') }), v.object({ by: v.literal('cut'), size: side })],
      'null, or an object with by, one of steps, cut',
    ),
  ),
  quality: object({
    faceShare: share,
    motion: number('Pixels of 256.', { min: 0 }),
    motionRatio: number('A multiple.', { min: 0 }),
    motionOfFew: number('Pixels of 256.', { min: 0 }),
  }),
  data: list(
    'Data sets.',
    object({ name: words('Name.', 200), samples: orNull(count('Samples.')), subjects: orNull(count('Subjects.')) }),
    { max: 1000 },
  ),
  license: object({ weights: words('License of the weights.'), data: words('License of the data.') }),
  expected: object({
    note: words('What the numbers are.', 10_000),
    evaluation: orNull(
      object({
        run: words('Name of the run.', 200),
        hash: words('Hash of the run.', 200),
        protocol: words('Protocol.', 200),
        epochChoice: words('Epoch choice.', 200),
        dataset: words('Data set.', 200),
        n: count('Samples.'),
        subjects: count('Subjects.'),
        seeds: list('Seeds.', count('A seed.'), { max: MOST_MEMBERS }),
        scores: option(
          '',
          v.record(
            v.string(),
            object({
              value: finite,
              interval: perhaps(list('Interval.', finite, { min: 2, max: 2 })),
            }) as v.GenericSchema,
            'an object of scores',
          ) as v.GenericSchema,
          'an object of scores',
          {},
        ),
      }),
    ),
  }),
  weights: list(
    'Members.',
    object({
      file: fileName,
      bytes: count('Its length.', fileLimits.fileBytes),
      sha256,
      seed: orNull(count('A seed.')),
      fold: perhaps(words('A fold.')),
    }),
    { min: 1, max: MOST_MEMBERS },
  ),
  encoding: choice('Encoding.', [...ENCODINGS], {}),
  parts: list(
    'Own parts.',
    object({ kind: words('Kind.', 200), name: words('Name.', 200), hash: words('Hash.', 200) }),
    { max: 1000 },
  ),
  versions: option(
    '',
    v.record(v.string(), words('A version.', 200), 'an object of texts') as v.GenericSchema,
    'an object of texts',
    {},
  ),
  created: words('When.', 100),
} satisfies OptionEntries;

const schema = v.object(entries, 'an object') as v.GenericSchema;

/** Faults that a message lists. */
const LISTED = 5;

/**
 * Reads what a folder with a trained network says of it. Nothing of it is executed, names of files cannot leave the folder, and numbers lie within limits; whether model and
 * steps are known is for who makes them.
 *
 * @param source - the content of `model.json`
 * @param options - `name`: how messages call the file
 * @returns the description, without keys that this version does not know
 * @throws Error that names the file and the keys that are wrong
 *
 * @example
 * ```ts
 * import { parseModelFile } from '@mer/predictor';
 *
 * try {
 *   parseModelFile('{ "format": 2 }');
 * } catch (error) {
 *   console.log((error as Error).message); // Cannot read model.json as its format must be 1: current value is 2. Was it written by a later version of mer?
 * }
 * ```
 */
export function parseModelFile(source: string, { name = MODEL_FILE }: { name?: string } = {}): ModelFile {
  const cannot = `Cannot read ${name}`;
  checkLimit(cannot, 'its characters', 'textBytes', source.length);
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (cause) {
    throw new Error(`${cannot} as it must be JSON: ${(cause as Error).message}`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${cannot} as it must hold an object: export the network again`);
  }
  const { format } = value as { format?: unknown };
  if (format !== 1) {
    const shown = typeof format === 'number' ? format : 'absent';
    throw new Error(
      `${cannot} as its format must be 1: current value is ${shown}. ${shown === 'absent' ? 'Is it the file of another program?' : 'Was it written by a later version of mer?'}`,
    );
  }
  checkPlain(value, cannot);
  return checkModelFile(value, cannot);
}

/**
 * The text of `model.json`: the keys in their order, so that equal descriptions give equal bytes.
 *
 * @param file - the description
 * @throws Error that names the keys that are wrong
 */
export function modelFileText(file: ModelFile): string {
  const checked = checkModelFile(JSON.parse(JSON.stringify(file)), `Cannot write ${MODEL_FILE}`);
  return `${JSON.stringify(checked, null, 1)}\n`;
}

function checkModelFile(value: unknown, cannot: string): ModelFile {
  const result = v.safeParse(schema, value);
  if (!result.success) {
    const issues = optionIssues(schema, value);
    const lines = issues.slice(0, LISTED).map((issue) => `  ${issue.path.join('.') || 'the whole'} ${issue.text}`);
    const more = issues.length > LISTED ? `\n  and ${issues.length - LISTED} more` : '';
    throw new Error(`${cannot} as it must describe a network as mer export does:\n${lines.join('\n')}${more}`);
  }
  const file = result.output as ModelFile;
  const names = file.weights.map(({ file: one }) => one.toLowerCase());
  const twice = names.find((one, i) => names.indexOf(one) !== i);
  if (twice !== undefined) throw new Error(`${cannot} as weights must be files of their own: ${twice} stands twice`);
  if (names.includes(MODEL_FILE))
    throw new Error(`${cannot} as weights must be files of their own: one is ${MODEL_FILE}`);
  const { threshold, classes } = file;
  if (Array.isArray(threshold) && threshold.length !== classes.length) {
    throw new Error(
      `${cannot} as threshold must be one number, or one for each of ${classes.length} classes: there are ${threshold.length}`,
    );
  }
  for (const { name, shape } of file.inputs) {
    const values = shape.reduce((product, length) => product * length, 1);
    checkLimit(cannot, `the values of input ${name}`, 'pixels', values);
  }
  return file;
}

/** Throws where data is nested too deep, or has a key that means something to JavaScript. */
function checkPlain(value: unknown, cannot: string, depth = 0): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > DEEPEST) throw new Error(`${cannot} as it must not be nested deeper than ${DEEPEST} levels`);
  for (const [key, inner] of Object.entries(value)) {
    if (key === '__proto__') throw new Error(`${cannot} as no key may be called __proto__`);
    checkPlain(inner, cannot, depth + 1);
  }
}
