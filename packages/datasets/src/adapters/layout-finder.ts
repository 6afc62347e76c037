import type { ClipRecord } from '../annotations/clip-record.js';
import type { DataFolder } from '../files/data-folder.js';
import { safePath } from '../files/safe-path.js';
import type { ClipFinder } from './annotated-declaration.js';

/** What stands for a value of the annotation in a layout. */
const placeholders = ['subject', 'clip', 'emotion', 'onset'] as const;

/**
 * Finds clips by the layout that the user states: folders below the root, one component after the other, with `{subject}`, `{clip}`,
 * `{emotion}` and `{onset}` for what the annotation says, and `*` for any name. Case does not matter, nor do letters and zeros in front of a subject's number:
 * `{subject}` is `1`, `01`, `s1` and `sub01` where the subject is `sub01`.
 *
 * Where the layout does not name the clip, a folder holds several, and the annotated frames are the clip's.
 *
 * @throws TypeError or RangeError for a layout that is none.
 */
export function layoutFinder(folder: DataFolder, layout: string): ClipFinder {
  const task = 'Cannot find clips as layout must';
  const parts = safePath(layout).split('/');
  for (const [, name] of layout.matchAll(/\{([^}]*)\}/g)) {
    if (!(placeholders as readonly string[]).includes(name!)) {
      throw new TypeError(
        `${task} name ${placeholders.map((one) => `{${one}}`).join(', ')} only: current value is '${layout}'`,
      );
    }
  }
  if (!/\{(?:subject|clip)\}/.test(layout)) {
    throw new TypeError(`${task} have {subject} or {clip} in it: current value is '${layout}'`);
  }
  return {
    kind: layout,
    async find(record) {
      let level = [''];
      for (const part of parts) {
        const accepts = patternOf(part, record);
        const next: string[] = [];
        for (const path of level) {
          for (const { kind, name } of (await folder.list(path)) ?? []) {
            if (kind === 'folder' && accepts.test(name)) next.push(path ? `${path}/${name}` : name);
          }
        }
        level = next;
      }
      return level[0] === undefined ? undefined : { folder: level[0], shared: !/\{(?:clip|onset)\}/.test(layout) };
    },
  };
}

const literal = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The names of one component of a layout for a record. */
function patternOf(part: string, { subject, clip, emotion, onset, extra }: ClipRecord): RegExp {
  const number = /(\d+)$/.exec(subject)?.[1];
  const values = {
    subject: `(?:${literal(subject)}${number === undefined ? '' : `|[a-z]*[ ._-]?0*${Number(number)}`})`,
    clip: literal(extra['folder'] ?? clip),
    emotion: literal(emotion ?? extra['label'] ?? ''),
    onset: `0*${onset}`,
  };
  const text = part.split(/(\{[a-z]+\}|\*)/).map((piece) => {
    if (piece === '*') return '.*';
    const name = /^\{([a-z]+)\}$/.exec(piece)?.[1];
    return name === undefined ? literal(piece) : values[name as keyof typeof values];
  });
  return new RegExp(`^${text.join('')}$`, 'i');
}
