import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { useBackend } from '@mer/backends';
import type { ClipSource } from '@mer/datasets';
import {
  listStudies,
  type OwnParts,
  type RecognizeEvent,
  readSpottingStudy,
  recognizedText,
  recognizeStudy,
  runSpottingStudy,
  type StudyEvent,
  type StudyResult,
  setValue,
  studyText,
  withWeightFiles,
} from '@mer/experiments';
import { systemErrorText, writeFileAtomic } from '@mer/io';
import { checkOptions, findPart, type Part, visible, withParts } from '@mer/options';
import { encodeMegcCsv, parseMegcCsv, type SpotterDefinition, spotters } from '@mer/spotting';
import { UsageError } from '../errors.js';
import { type ExperimentOptions, settingsOf } from '../experiment-options.js';
import { interruptible } from '../interrupt.js';
import { print, printJson, say, terminal } from '../output.js';
import { ownParts } from '../own-parts.js';
import { openEvenRecording } from '../represent/read-clip.js';
import { type FaceOptions, findLandmarks, landmarkCache, readLandmarkFile } from '../represent/recording-landmarks.js';
import { table } from '../table.js';

/** What `mer spot` takes. */
interface Options extends Omit<ExperimentOptions, 'backend'>, FaceOptions {
  backend: string;
  out?: string;
  fps?: number;
  spotter: string;
  csv?: string;
  picture?: string;
  truth?: string;
  weights: string[];
  recognize?: string;
}

/** `mer spot <study.yaml>`: a spotter on a data set; `mer spot <folder or video> --fps <n>`: the intervals of one recording. */
export async function spot(path: string, options: Options): Promise<void> {
  const own = await ownParts(options.use);
  await useBackend(options.backend as Parameters<typeof useBackend>[0]);
  const isStudy = /\.(ya?ml|json)$/i.test(path) || (await listStudies()).some(({ name }) => name === path);
  if (isStudy) return spotInDataset(path, own, options);
  return spotInRecording(path, own.parts, options);
}

async function spotInDataset(path: string, own: OwnParts, options: Options): Promise<void> {
  const { parts } = own;
  if (options.weights.length > 0) {
    throw new UsageError(
      `Cannot use --weights as it belongs to one recording: in a study say --set spotter.weights.<network>=<file>`,
    );
  }
  const stray = (['fps', 'landmarks', 'csv', 'picture', 'truth'] as const).find((name) => options[name] !== undefined);
  if (stray) throw new UsageError(`Cannot use --${stray} as it belongs to one recording: ${path} is a study`);
  const study = await readSpottingStudy(path, { set: settingsOf({ ...options, backend: undefined }), parts });
  const out = options.out ?? join('runs', study.name);
  const progress = createStudyProgress();
  const result = await interruptible(`stopped; run the same command again to go on with ${out}`, (signal) =>
    runSpottingStudy(study, {
      out,
      parts,
      signal,
      onEvent: options.json ? (event) => printJson(event, 0) : progress.onEvent,
    }),
  ).finally(progress.end);
  if (options.json) printJson({ type: 'result', ...result }, 0);
  else print(`${studyText(result)}\n`);
  if (options.recognize !== undefined) await recognizeIn(options.recognize, result, { out, own, json: options.json });
  say(`study: ${out}\n`);
}

/** What the run says of each interval that the study has spotted. */
async function recognizeIn(
  run: string,
  result: StudyResult,
  { out, own, json }: { out: string; own: OwnParts; json: boolean | undefined },
): Promise<void> {
  const tell = (event: RecognizeEvent) => {
    if (json) return printJson(event, 0);
    if (event.type === 'recognizing' && !event.known)
      say(`recognizing ${event.intervals} intervals of ${visible(event.subject)}\n`);
  };
  const found = await interruptible(`stopped; run the same command again to go on with ${out}`, (signal) =>
    recognizeStudy(result, run, { out, own, signal, onEvent: tell }),
  );
  if (json) printJson({ type: 'recognition', ...found }, 0);
  else print(`\n${recognizedText(found)}\n`);
}

async function spotInRecording(path: string, parts: readonly Part[], options: Options): Promise<void> {
  const { landmarks: landmarkFile, spotter: name, set, csv, picture, truth: truthFile, json } = options;
  const all = withParts<SpotterDefinition>(['spotter'], spotters, parts);
  if (options.recognize !== undefined) {
    throw new UsageError(
      'Cannot use --recognize as it belongs to a study: mer predict <run> <recording> spots and recognizes in one recording',
    );
  }
  const bare = findPart('spotter', all, name);
  const settings = set.reduce<unknown>(setValue, {}) as object;
  const video = basename(path).replace(/\.[^.]*$/, '');
  if (truthFile !== undefined && picture === undefined) {
    throw new UsageError('Cannot use --truth as it is drawn: name the picture with --picture');
  }
  const truth = truthFile === undefined ? undefined : await readTruth(truthFile, video);
  const resolved = checkOptions(`spot expressions by ${bare.name}`, bare.options, settings) as never;
  const files = options.weights.map((given) => {
    const at = given.indexOf('=');
    if (at < 1)
      throw new UsageError(`Cannot use --weights as it must be <network>=<file>: current value is ${visible(given)}`);
    return [given.slice(0, at), given.slice(at + 1)] as const;
  });
  const { spotter, dispose } = await withWeightFiles(bare, Object.fromEntries(files), settings as never);
  const source = await openAtRate(path, options.fps);
  const { frames, numbers, fps, close } = source;
  const progress = createStudyProgress();
  try {
    const [, height, width] = frames.shape;
    const landmarks =
      landmarkFile === undefined
        ? await findLandmarks(frames, {
            ...{ path, numbers, faces: options, keep: landmarkCache(path) },
            // spotters take the points of each second
            every: Math.max(1, Math.round(fps)),
            read: { fps: options.fps ?? null },
          })
        : await readLandmarkFile(landmarkFile, [height, width]);
    const measured = await interruptible('stopped', (signal) =>
      spotter.measure({ frames, fps, landmarks }, resolved, {
        signal,
        onProgress: (done, total) => progress.onEvent({ type: 'measuring', recording: basename(path), done, total }),
      }),
    );
    const found = spotter.decide(measured, resolved);
    progress.end();
    if (picture !== undefined) {
      const traces = spotter.trace?.(measured, resolved) ?? [];
      const { timelineFigure } = await import('@mer/experiments/figures');
      const svg = timelineFigure(
        { fps, frames: frames.shape[0], found, truth, traces },
        { title: `${video}, ${name}` },
      );
      await writeFileAtomic(picture, svg);
      say(`timeline: ${picture}\n`);
    }
    if (csv !== undefined) {
      await writeFileAtomic(csv, encodeMegcCsv(found.map((one) => ({ ...one, video }))));
      say(`intervals: ${csv}\n`);
    }
    if (json) {
      printJson({ spotter: name, fps, frames: frames.shape[0], first: numbers[0], intervals: found });
      return;
    }
    const seconds = (frame: number) => (frame / fps).toFixed(2);
    const rows = found.map(({ onset, apex, offset, kind, score }) => [
      kind,
      ...[onset, apex, offset].map((frame) => String(numbers[frame])),
      `${seconds(onset)} to ${seconds(offset)} s`,
      score.toPrecision(3),
    ]);
    const text = rows.length > 0 ? table([['kind', 'onset', 'apex', 'offset', 'time', 'score'], ...rows]) : [];
    print(`${[`${found.length} intervals in ${frames.shape[0]} frames by ${name}`, ...text].join('\n')}\n`);
  } finally {
    progress.end();
    dispose();
    await close();
  }
}

/** The annotated intervals of a recording, of a list as the MEGC challenges give it. */
async function readTruth(path: string, video: string) {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new UsageError(`Cannot read the truth ${path} as ${systemErrorText(cause)}`, { cause });
  });
  try {
    const listed = parseMegcCsv(text, path);
    const found = listed.filter((one) => one.video === video);
    if (found.length > 0) return found;
    const names = [...new Set(listed.map((one) => one.video))].slice(0, 8).map(visible);
    throw new TypeError(
      `Cannot use ${path} as it must list intervals of ${video}: it lists ${names.join(', ') || 'none'}`,
    );
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
}

/** A recording with a rate: of a video its own. */
async function openAtRate(path: string, asked: number | undefined): Promise<ClipSource & { fps: number }> {
  const source = await openEvenRecording(path, asked === undefined ? {} : { fps: asked });
  const { fps } = source;
  if (fps !== undefined) return { ...source, fps };
  await source.close();
  throw new UsageError(
    'Cannot spot expressions as --fps must say how many frames a second the pictures were taken at: none is given',
  );
}

/** One line that is rewritten on a terminal; elsewhere a line for each recording. */
function createStudyProgress(): { onEvent(event: StudyEvent): void; end(): void } {
  let shown = false;
  const end = () => {
    if (shown) terminal.write('\r\x1b[K');
    shown = false;
  };
  return {
    end,
    onEvent(event) {
      if (event.type === 'measuring') {
        if (!terminal.isTTY) return;
        terminal.write(`\r\x1b[K${visible(event.recording)}: frame ${event.done} of ${event.total}`);
        shown = true;
        return;
      }
      end();
      if (event.type === 'study') {
        const { recordings, subjects, measured } = event;
        say(`${recordings} recordings of ${subjects} subjects${measured > 0 ? `, ${measured} measured before` : ''}\n`);
      } else if (event.type === 'measured') {
        say(`measured ${event.recording} (${event.index + 1} of ${event.recordings})\n`);
      } else if (event.type === 'learning') {
        const { subject, network, epoch, epochs, loss } = event;
        say(`fold ${visible(subject)}: ${network}, epoch ${epoch} of ${epochs}, loss ${loss.toPrecision(4)}\n`);
      } else {
        const options = Object.entries(event.options).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
        if (options.length > 0) say(`fold ${event.subject}: ${options.join(', ')}\n`);
      }
    },
  };
}
