import { basename, join, resolve } from 'node:path';
import { useBackend } from '@mer/backends';
import { openDataset } from '@mer/datasets';
import { landmarkFileText, setValue, writeLandmarks } from '@mer/experiments';
import { makeFolder, writeFileAtomic } from '@mer/io';
import { visible } from '@mer/options';
import {
  createFaceDetector,
  type FaceDetectorName,
  type FaceQuality,
  faceNotes,
  type TrackFacesOptions,
  trackFaces,
} from '@mer/representations';
import { UsageError } from '../errors.js';
import { interruptible } from '../interrupt.js';
import { print, printJson, say, terminal } from '../output.js';
import { ownParts } from '../own-parts.js';
import { clipProgress } from '../represent/clip-progress.js';
import { openRecording } from '../represent/read-clip.js';

interface Options {
  out: string;
  data?: string;
  root?: string;
  detector: string;
  several: string;
  gap?: number;
  missing: string;
  turned: string;
  every?: number;
  size?: number;
  set: string[];
  use: string[];
  backend: string;
  json?: boolean;
}

/** `mer landmarks <clip> -o <dir>`, or `mer landmarks --data <name> --root <dir> -o <dir>` for every clip of a data set. */
export async function landmarks(path: string | undefined, options: Options): Promise<void> {
  const { data, root, detector, several, gap, missing, turned, every } = options;
  if ((path === undefined) === (data === undefined)) {
    throw new UsageError(
      `Cannot find landmarks as there must be a clip (mer landmarks <clip>) or a data set (mer landmarks --data <name> --root <dir>): ${path === undefined ? 'none is given' : 'both are given'}`,
    );
  }
  if (path !== undefined && root !== undefined) {
    throw new UsageError('Cannot use --root as it must come with --data <name>');
  }
  await useBackend(options.backend as Parameters<typeof useBackend>[0]);
  const name = detector as FaceDetectorName;
  const track = { several, missing, turned, ...(gap !== undefined && { gap }), ...(every !== undefined && { every }) };
  const faces = { detector: name, detect: () => createFaceDetector(name), options: track as TrackFacesOptions };
  if (path !== undefined) return ofClip(path, faces, options);
  return ofDataset(faces, options);
}

type Faces = Pick<Parameters<typeof writeLandmarks>[1], 'detector' | 'detect'> & { options: TrackFacesOptions };

async function ofClip(path: string, { detector, detect, options }: Faces, { out, json }: Options): Promise<void> {
  const { frames, numbers, close } = await openRecording(path, { color: true });
  const finder = await detect();
  const clip = basename(resolve(path)).replace(/\.(mp4|webm|avi|mov|mkv)$/i, '');
  const file = join(out, `${clip}.json`);
  const show = (done: number, total: number) => {
    if (terminal.isTTY) terminal.write(`\r\x1b[Kframe ${done} of ${total}`);
  };
  try {
    const track = await interruptible('stopped; nothing was written', (signal) =>
      trackFaces(frames, finder, { ...options, signal, onProgress: show }),
    ).finally(() => {
      if (terminal.isTTY) terminal.write('\r\x1b[K');
    });
    await makeFolder(out);
    await writeFileAtomic(file, landmarkFileText(track, { detector, numbers }));
    if (json) printJson({ file, detector, ...track.quality });
    else print(`${visible(clip)}: ${summary(track.quality, numbers)}\n`);
    say(`landmarks: ${file}\n`);
  } finally {
    await close();
  }
}

async function ofDataset(faces: Faces, { data, root, out, size, set, use, json }: Options): Promise<void> {
  const { parts } = await ownParts(use);
  const dataOptions = set.reduce<unknown>(setValue, {}) as Record<string, unknown>;
  const dataset = await openDataset(data!, { ...dataOptions, root, parts }).catch((cause: unknown) => {
    if (cause instanceof TypeError || cause instanceof RangeError) throw new UsageError(cause.message, { cause });
    throw cause;
  });
  if (dataset.kind !== 'clips') {
    throw new UsageError(`Cannot find landmarks in ${data} as a data set must be of clips: it is of ${dataset.kind}`);
  }
  const progress = clipProgress(terminal);
  const advice = `stopped: run the same command again to go on; what is whole in ${out} is kept`;
  const done = await interruptible(advice, (signal) =>
    writeLandmarks(dataset, {
      ...faces,
      out,
      read: size === undefined ? {} : { size },
      signal,
      onProgress: progress.show,
    }),
  ).finally(progress.end);
  const { clips, made, kept, qualities, failed } = done;
  if (json) printJson({ out, ...done });
  else print(`${out}: ${clips} clips, ${made} files made, ${kept} kept from before\n`);
  const doubtful = qualities.filter(({ quality }) => faceNotes(quality).length > 0);
  if (doubtful.length > 0) {
    const lines = doubtful.map(({ id, quality }) => visible(`  ${id}: ${faceNotes(quality).join('; ')}`));
    say(`to be looked at: ${doubtful.length}\n${lines.join('\n')}\n`);
  }
  if (failed.length > 0) {
    say(
      `without landmarks: ${failed.length}\n${failed.map(({ id, message }) => visible(`  ${id}: ${message}`)).join('\n')}\n`,
    );
    process.exitCode = 1;
  }
}

function summary(quality: FaceQuality, numbers: readonly number[]): string {
  const { frames, found, lowestScore, meanScore, roll, yaw, pitch } = quality;
  const angles = [roll, yaw, pitch].map((angle) => Math.round(angle));
  return [
    `face in ${found} of ${frames} frames, score ${lowestScore.toFixed(2)} at least, ${meanScore.toFixed(2)} in the mean; roll ${angles[0]}, yaw ${angles[1]}, pitch ${angles[2]} degrees`,
    ...faceNotes(quality, numbers),
  ].join('\n  ');
}
