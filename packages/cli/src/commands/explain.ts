import { join } from 'node:path';
import { useBackend } from '@mer/backends';
import { askChat, setValue } from '@mer/experiments';
import { encodeImage, makeFolder, writeFileAtomic } from '@mer/io';
import { visible } from '@mer/options';
import { examineRecording } from '@mer/predictor';
import { displayImage } from '@mer/representations';
import {
  type ExplainMotionOptions,
  explainMotion,
  explanationPicture,
  explanationPrompt,
  explanationRows,
  explanationText,
  type MotionExplanation,
} from '@mer/spotting';
import * as tf from '@tensorflow/tfjs-core';
import { UsageError } from '../errors.js';
import { interruptible } from '../interrupt.js';
import { print, printJson, say, terminal } from '../output.js';
import { createCounter } from '../progress.js';
import { openDetector } from '../represent/open-detector.js';
import { type Marks, openEvenRecording, position, readClip } from '../represent/read-clip.js';
import { reasonText } from '../represent/reason-text.js';
import { readLandmarkFile } from '../represent/recording-landmarks.js';
import { table } from '../table.js';

interface Options extends Marks {
  out?: string;
  fps?: number;
  landmarks?: string;
  several: 'refuse' | 'largest' | 'surest' | 'middle';
  set: string[];
  classes: string[];
  prompt?: boolean;
  /** Endpoint that the prompt is sent to. */
  ask?: string;
  model?: string;
  backend: string;
  json?: boolean;
}

/** `mer explain <clip>` */
export async function explain(path: string, options: Options): Promise<void> {
  const { out, set, classes, prompt, ask, model, backend, json } = options;
  if ((ask === undefined) !== (model === undefined)) {
    throw new UsageError('Cannot ask as --ask <address> and --model <name> must be given together');
  }
  const settings = set.reduce<unknown>(setValue, {}) as ExplainMotionOptions;
  await useBackend(backend as Parameters<typeof useBackend>[0]);
  const { explanation, numbers, notes, picture } = await explained(path, options, settings);
  const messages = explanationPrompt(explanation, { classes });
  const marks = { onset: numbers[explanation.onset], apex: numbers[explanation.apex] };
  const answer =
    ask === undefined
      ? undefined
      : await interruptible('stopped', (signal) =>
          askChat(messages, { endpoint: ask, model: model!, key: process.env['MER_CHAT_KEY'], signal }),
        );
  if (out !== undefined) await write(out, { explanation, messages, marks, picture, answer });
  if (json) {
    printJson({ clip: path, ...explanation, ...marks, notes, ...(prompt && { messages }), ...(answer && { answer }) });
  } else {
    const blocks = [
      [`onset ${marks.onset}, apex ${marks.apex}`, ...notes.map((note) => `note: ${note}`)].map(visible).join('\n'),
      table(explanationRows(explanation)).join('\n'),
      explanationText(explanation),
      ...(prompt ? messages.map(({ role, content }) => `--- ${role}\n${content}`) : []),
      ...(answer === undefined
        ? []
        : [`--- answer of ${visible(model!)}\n${answer.split('\n').map(visible).join('\n')}`]),
    ];
    print(`${blocks.join('\n\n')}\n`);
  }
  if (out !== undefined) say(`explanation: ${out}\n`);
}

interface Explained {
  explanation: MotionExplanation;
  /** Numbers of the frames. */
  numbers: readonly number[];
  notes: readonly string[];
  /** The first frame as a PNG, and its size. */
  picture: { png: Uint8Array; width: number; height: number };
}

async function explained(path: string, options: Options, settings: ExplainMotionOptions): Promise<Explained> {
  const recording = await openEvenRecording(path, {
    color: true,
    ...(options.fps !== undefined && { fps: options.fps }),
  });
  try {
    const { frames, numbers, fps } = recording;
    const marks = Object.fromEntries(
      (['onset', 'apex', 'offset'] as const).map((name) => [name, position(numbers, options[name], name)]),
    ) as Partial<Record<'onset' | 'apex' | 'offset', number>>;
    const [, height, width] = frames.shape;
    const file = options.landmarks;
    const given = file === undefined ? undefined : await readLandmarkFile(file, [height, width]);
    const detector = given ? {} : await openDetector();
    const counter = createCounter(terminal, 'looked at', 'frames');
    const examination = await interruptible('stopped', (signal) =>
      examineRecording(frames, {
        detect: detector.detect,
        landmarks: given,
        several: options.several,
        fps,
        marks,
        onProgress: (_part, done, total) => counter.show(done, total),
        signal,
      }),
    ).finally(() => counter.end());
    if (examination.landmarks.length === 0) {
      const why = detector.missing ?? examination.reasons.map(reasonText).join('; ');
      throw new UsageError(`Cannot explain ${path} as ${why}`);
    }
    const [interval, ...others] = [...examination.intervals].sort((a, b) => (b.score ?? 0) - (a.score ?? 0));
    const { onset, offset } = interval!;
    const apex =
      marks.apex ??
      interval!.apex ??
      (await strongest(path, { onset, offset }, { numbers, fps, kind: recording.kind }));
    const explanation = await explainMotion({ frames, landmarks: examination.landmarks }, { onset, apex }, settings);
    const png = await pngOf(await frames.read(onset, 1));
    const notes = [
      ...examination.reasons.map(reasonText),
      ...examination.notes,
      ...(others.length > 0
        ? [
            `${others.length + 1} intervals were spotted: that with the strongest motion is explained (--onset, --apex for another)`,
          ]
        : []),
    ];
    return { explanation, numbers, notes, picture: { png, width: frames.shape[2], height: frames.shape[1] } };
  } finally {
    await recording.close();
  }
}

/** A frame as a PNG file; it is disposed of. */
async function pngOf(frame: tf.Tensor4D): Promise<Uint8Array> {
  const image = tf.squeeze(frame, [0]) as tf.Tensor3D;
  const shown = await displayImage(image);
  try {
    return await encodeImage(shown, 'png');
  } finally {
    tf.dispose([frame, image, shown]);
  }
}

/** The frame of a clip that moved most since the onset. */
async function strongest(
  path: string,
  { onset, offset }: { onset: number; offset: number },
  { numbers, fps, kind }: { numbers: readonly number[]; fps: number | undefined; kind: string },
): Promise<number> {
  const {
    clip,
    numbers: own,
    close,
  } = await readClip(
    path,
    { onset: numbers[onset], offset: numbers[offset] },
    { color: false, ...(kind === 'video' && fps !== undefined && { fps }) },
  );
  await close();
  return Math.max(onset + 1, numbers.indexOf(own[clip.apex!]!));
}

/** Table, text, picture, prompt and answer, each a file. */
async function write(
  out: string,
  {
    explanation,
    messages,
    marks,
    picture: { png, width, height },
    answer,
  }: Pick<Explained, 'explanation' | 'picture'> & {
    messages: ReturnType<typeof explanationPrompt>;
    marks: object;
    answer: string | undefined;
  },
): Promise<void> {
  await makeFolder(out);
  const put = (name: string, text: string) => writeFileAtomic(join(out, name), new TextEncoder().encode(text));
  const cell = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const rows = explanationRows(explanation).map((row) => row.map(cell).join(','));
  const href = `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
  await put('regions.csv', `${rows.join('\n')}\n`);
  await put('explanation.txt', `${explanationText(explanation)}\n`);
  await put('explanation.json', `${JSON.stringify({ ...explanation, ...marks }, null, 2)}\n`);
  await put('explanation.svg', explanationPicture(explanation, { frame: { href, width, height } }));
  await put('prompt.json', `${JSON.stringify(messages, null, 2)}\n`);
  if (answer !== undefined) await put('answer.txt', `${answer}\n`);
}
