import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ClipDataset, type ReadClipOptions, readOrOpenClip } from '@mer/datasets';
import { makeFolder, systemErrorCode, writeFileAtomic } from '@mer/io';
import { hashOf } from '@mer/options';
import {
  type Clip,
  type FaceDetector,
  type FaceQuality,
  type FaceTrack,
  type FrameLandmarks,
  isLongClip,
  type LongClip,
  parseLandmarks,
  type TrackFacesOptions,
  type TrackFacesWatch,
  trackFaces,
} from '@mer/representations';
import { lockFolder } from '../run/folder-lock.js';
import { fileNameOf } from '../run/run-store.js';

/** Raised when the same key would stand for other points than before. */
const layout = 1;

/** Who finds faces, and what is done about them. */
export interface FaceSettings {
  /** Name of the detector: part of the key of what it found. */
  readonly detector: string;
  /** What finds faces; made when it is needed. */
  readonly detect: () => Promise<FaceDetector>;
  /** As `trackFaces` takes them. */
  readonly options?: TrackFacesOptions | undefined;
}

/** The text of a landmark file: points, score and angles of each frame, and how far they can be trusted. `parseLandmarks` reads it. */
export function landmarkFileText(track: FaceTrack, about: Readonly<Record<string, unknown>>): string {
  const round = (value: number, digits: number) => Number(value.toFixed(digits));
  const frames = track.frames.map(({ frame, held, points, face: { score, angles } }) => ({
    frame,
    score: round(score, 4),
    ...(held && { held }),
    roll: round(angles.roll, 1),
    yaw: round(angles.yaw, 1),
    pitch: round(angles.pitch, 1),
    points: points.map(([x, y]) => [round(x, 3), round(y, 3)]),
  }));
  const lines = frames.map((frame) => `  ${JSON.stringify(frame)}`);
  const head = JSON.stringify({ ...about, quality: track.quality }).slice(1, -1);
  return `{${head}, "frames": [\n${lines.join(',\n')}\n]}\n`;
}

/** What the landmarks of one clip depend on. */
async function keyOf(dataset: ClipDataset, index: number, read: ReadClipOptions, faces: FaceSettings): Promise<string> {
  const record = dataset.records?.[index];
  const marks = record && [record.onset, record.apex, record.offset];
  const files = (await dataset.sources(index)).map((file) => [file.path, file.size, file.modified ?? null]);
  // nothing on disk: the settings tell what is generated
  const settings = files.length ? null : dataset.settings;
  const { detector, options = {} } = faces;
  return hashOf([layout, dataset.name, dataset.samples[index]!.id, marks, files, settings, read, detector, options]);
}

/** Where the landmarks of a sample are kept. */
function placeOf(dataset: ClipDataset, index: number, folder: string): string {
  const { dataset: name, subject, clip } = dataset.samples[index]!;
  const several = dataset.samples.some((other) => other.dataset !== name);
  return `${join(folder, ...[...(several ? [name] : []), subject, clip].map(fileNameOf))}.json`;
}

/** What a file has, where it was made of the same with the same settings. */
async function kept(path: string, key: string): Promise<{ text: string; quality: FaceQuality } | undefined> {
  try {
    const text = await readFile(path, 'utf8');
    const data = JSON.parse(text) as { key?: unknown; quality: FaceQuality };
    return data.key === key ? { text, quality: data.quality } : undefined;
  } catch {
    return undefined;
  }
}

/** The landmarks of a clip that was read: from the folder, or found and put there. */
export async function landmarksOfClip(
  dataset: ClipDataset,
  index: number,
  clip: Clip | LongClip,
  folder: string,
  read: ReadClipOptions,
  faces: FaceSettings,
): Promise<FrameLandmarks[]> {
  const key = await keyOf(dataset, index, read, faces);
  const path = placeOf(dataset, index, folder);
  const before = await kept(path, key);
  if (before) return parseLandmarks(before.text);
  const track = await trackFaces(clip, await faces.detect(), faces.options);
  const text = landmarkFileText(track, { detector: faces.detector, key });
  await makeFolder(dirname(path));
  await writeFileAtomic(path, text);
  return parseLandmarks(text);
}

/** Options of {@link writeLandmarks}. */
export interface WriteLandmarksOptions extends FaceSettings {
  /** Folder to write to. */
  readonly out: string;
  /** How clips are read; frames are counted from the first that is. */
  readonly read?: ReadClipOptions;
  /** Ends the work by throwing the signal's reason; files that are whole stay. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (count: { done: number; total: number; worked: number }) => void;
}

/** What {@link writeLandmarks} did. */
export interface WrittenLandmarks {
  clips: number;
  /** Files written now, and those that an earlier run had written. */
  made: number;
  kept: number;
  /** Of each clip that has landmarks. */
  qualities: { id: string; quality: FaceQuality }[];
  /** Clips without, and why. */
  failed: { id: string; message: string }[];
}

/** Where nothing can be written any more, the other clips fare no better. */
const NOWHERE = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO']);

/**
 * Finds the face of every clip of a data set, and writes its landmarks to `<out>/<subject>/<clip>.json` (`<out>/<data set>/…` of a composite), where
 * `data.landmarks` of an experiment finds them. What an earlier run has written of the same files with the same settings is kept.
 *
 * A clip that cannot be read, or whose face is not as it must be, is noted and passed over.
 *
 * @param dataset - of clips
 * @param options - folder, detector, reading, what is done about faces, progress, interruption
 * @throws Error where the folder cannot be written, or another process works in it
 *
 * @example
 * ```ts no-run
 * import { openDataset } from '@mer/datasets';
 * import { writeLandmarks } from '@mer/experiments';
 * import { createFaceDetector } from '@mer/representations';
 *
 * const dataset = await openDataset('casme2', { root: 'data/CASME2' });
 * if (dataset.kind === 'clips') {
 *   await writeLandmarks(dataset, { out: 'landmarks', detector: 'face-mesh', detect: () => createFaceDetector('face-mesh') });
 * }
 * ```
 */
export async function writeLandmarks(dataset: ClipDataset, options: WriteLandmarksOptions): Promise<WrittenLandmarks> {
  const { out, read = {}, signal, onProgress, detector, detect } = options;
  const lock = await lockFolder(out);
  try {
    const total = dataset.samples.length;
    const done: WrittenLandmarks = { clips: total, made: 0, kept: 0, qualities: [], failed: [] };
    let made: Promise<FaceDetector> | undefined;
    for (const [index, { id }] of dataset.samples.entries()) {
      signal?.throwIfAborted();
      const key = await keyOf(dataset, index, read, options);
      const path = placeOf(dataset, index, out);
      const before = await kept(path, key);
      if (before) {
        done.kept++;
        done.qualities.push({ id, quality: before.quality });
      } else {
        made ??= detect();
        const finder = await made;
        try {
          const clip = await readOrOpenClip(dataset, index, read);
          const watch: TrackFacesWatch = { signal };
          const track = await trackFaces(clip, finder, { ...options.options, ...watch }).finally(() => {
            if (!isLongClip(clip)) clip.frames.dispose();
          });
          await makeFolder(dirname(path));
          await writeFileAtomic(path, landmarkFileText(track, { detector, key }));
          done.made++;
          done.qualities.push({ id, quality: track.quality });
        } catch (cause) {
          signal?.throwIfAborted();
          if (NOWHERE.has(systemErrorCode(cause) ?? '')) throw cause;
          done.failed.push({ id, message: (cause as Error).message });
        }
      }
      onProgress?.({ done: index + 1, total, worked: done.made + done.failed.length });
    }
    return done;
  } finally {
    await lock.release();
  }
}
