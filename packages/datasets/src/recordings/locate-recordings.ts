import { checkLimit } from '@mer/io';
import { videosIn } from '../adapters/any-tree.js';
import { listedRuns } from '../adapters/locate-clips.js';
import type { DatasetNote } from '../dataset.js';
import { absentRuns, type ClipFrames, listFrames } from '../frames/clip-frames.js';
import type { Recording } from './recording.js';
import type { FoundRecording, RecordingContext, RecordingSource } from './recording-declaration.js';

/** A recording with its frame files. */
export interface LocatedRecording {
  recording: Recording;
  frames: ClipFrames;
}

/** A recording that is there, before its expressions are known. */
export interface RecordingOnDisk {
  found: FoundRecording;
  frames: ClipFrames;
}

/** Lists the frames of every recording; what is missing becomes a note. */
export async function locateRecordings(
  layout: string,
  { folder, options, note }: Pick<RecordingContext, 'folder' | 'options' | 'note'>,
  { recordings, rows }: RecordingSource,
): Promise<RecordingOnDisk[]> {
  const severity = options.missing === 'drop' ? 'dropped' : 'error';
  const located: RecordingOnDisk[] = [];
  const lost: DatasetNote[] = [];
  const there = new Set<string>();
  for (const found of recordings) {
    const key = `${found.subject}/${found.recording}`;
    if (there.has(key)) {
      note({
        severity: 'warning',
        key,
        message: `the recording has a second folder, ${found.folder}: the first is read`,
      });
      continue;
    }
    there.add(key);
    const frames = await listFrames(folder, found.folder);
    const reason = whyLost(frames, options.gaps, folder.limits);
    if (reason !== undefined) {
      lost.push({ severity, key, message: reason });
      continue;
    }
    remark(found, frames, (message) => note({ severity: 'warning', key, message }));
    located.push({ found, frames });
  }
  for (const { subject, recording, source } of rows) {
    const key = `${subject}/${recording}`;
    if (there.has(key)) continue;
    there.add(key);
    const place = source.row === undefined ? '' : ` (first in row ${source.row})`;
    const message = `the recording is annotated${place}, and its folder is not there`;
    lost.push({ severity, key, message, file: source.file });
  }
  if (located.length === 0 && there.size > 0) {
    const videos = await videosIn(folder);
    const message = `the frames of none of the ${there.size} recordings are there: expected ${layout} (wrong folder?)${videos ? `. ${videos}: take the frames out of the videos first` : ''}`;
    note({ severity: 'error', key: '', message });
  } else for (const one of lost) note(one);
  return located;
}

/** Why a recording cannot be used; undefined where it can. */
function whyLost({ folder, numbers }: ClipFrames, gaps: number, limits: RecordingContext['folder']['limits']) {
  const [first, last] = [numbers[0], numbers.at(-1)];
  if (first === undefined || last === undefined) return `the folder ${folder} has no frames`;
  const count = last - first + 1;
  const absent = count - numbers.length;
  if (absent / count > gaps) {
    return `${absent} of ${count} frames are missing in ${folder}, more than the share of ${gaps} that the option gaps allows: ${listedRuns(absentRuns(numbers, first, last))}`;
  }
  try {
    checkLimit('it cannot be read', `its frames ${first} to ${last}`, 'frames', count, limits);
  } catch (error) {
    return (error as Error).message;
  }
  return undefined;
}

/** Says what is odd about the frames of a recording that is used. */
function remark({ annotated = true }: FoundRecording, frames: ClipFrames, warn: (message: string) => void): void {
  const { folder, numbers, twice, passed } = frames;
  const [first, last] = [numbers[0]!, numbers.at(-1)!];
  const absent = absentRuns(numbers, first, last);
  if (passed.length > 0) {
    const some = passed.slice(0, 4).join(', ') + (passed.length > 4 ? ', …' : '');
    warn(`by their names, pictures in ${folder} must be copies or no frames, and are passed over: ${some}`);
  }
  if (twice.length > 0) warn(`${folder} has two files for frame ${twice.join(', ')}: the first by name is read`);
  if (absent.length > 0) {
    const count = last - first + 1;
    warn(
      `${count - numbers.length} of ${count} frames are missing in ${folder}, and the frame before stands in their place: ${listedRuns(absent)}`,
    );
  }
  if (annotated && first > 1) warn(`its files begin with frame ${first}: is the beginning of the recording missing?`);
}
