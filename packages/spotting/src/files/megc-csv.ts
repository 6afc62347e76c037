import type { ExpressionKind } from '@mer/metrics';

/** The intervals of one video as the MEGC challenges list them; frames from 0 here, from 1 in their files. */
export interface ListedInterval {
  /** Name of the video. */
  readonly video: string;
  /** First frame, from 0. */
  readonly onset: number;
  /** Last frame, from 0. */
  readonly offset: number;
  /** What it is. */
  readonly kind: ExpressionKind;
}

/** What the columns of a list are called. */
const COLUMNS = {
  video: ['vid', 'video', 'videoname', 'video_name'],
  onset: ['pred_onset', 'onset'],
  offset: ['pred_offset', 'offset'],
  kind: ['type', 'expression', 'expressiontype'],
} as const;

const MICRO = /^(?:me|micro|micro[- ]?expressions?|micro\s*-\s*1\s*\/\s*2)$/i;
const MACRO = /^(?:mae|macro|macro[- ]?expressions?)$/i;

/**
 * Reads a list of intervals as the MEGC challenges of 2022 to 2025 take and give it: `vid,pred_onset,pred_offset,type` or `vid,onset,offset,type`, frames from 1,
 * `type` being `me` or `mae` (or `micro`, `Macro`, …).
 *
 * @param text content of the file
 * @param file what it is called in messages
 * @returns in the order of the file; frames from 0
 * @throws TypeError that names file and row for a header without these columns, a frame that is no whole number from 1, an offset before its onset, or an
 * unknown type
 *
 * @example
 * ```ts
 * import { parseMegcCsv } from '@mer/spotting';
 *
 * console.log(parseMegcCsv('vid,onset,offset,type\n004_3,2086,2163,me\n')); // [ { video: '004_3', onset: 2085, offset: 2162, kind: 'micro' } ]
 * ```
 *
 * Reference: the files of MTSN (2022) and of Qin (2023).
 */
export function parseMegcCsv(text: string, file = 'the list'): ListedInterval[] {
  const task = `read ${file}`;
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const header = lines[0]!.split(',').map((name) => name.trim().toLowerCase());
  const placeOf = (column: keyof typeof COLUMNS) => {
    const place = header.findIndex((name) => (COLUMNS[column] as readonly string[]).includes(name));
    if (place >= 0) return place;
    throw new TypeError(
      `Cannot ${task} as its first row must name the columns vid, onset, offset and type: it lacks ${column === 'video' ? 'vid' : column === 'kind' ? 'type' : column} (there are ${header.slice(0, 8).join(', ')})`,
    );
  };
  const places = { video: placeOf('video'), onset: placeOf('onset'), offset: placeOf('offset'), kind: placeOf('kind') };
  return lines.flatMap((line, index) => {
    if (index === 0 || /^[\s,]*$/.test(line)) return [];
    const fields = line.split(',').map((field) => field.trim().replace(/^"(.*)"$/, '$1'));
    const wrong = (must: string, value: string | undefined) =>
      new TypeError(`Cannot ${task} as row ${index + 1} must have ${must}: current value is '${value ?? ''}'`);
    const frame = (column: 'onset' | 'offset') => {
      const value = fields[places[column]];
      if (!/^\d+(?:\.0+)?$/.test(value ?? '') || !(Number(value) >= 1)) {
        throw wrong(`a whole number from 1 as its ${column}`, value);
      }
      return Number(value) - 1;
    };
    const video = fields[places.video];
    if (!video) throw wrong('a video', video);
    const [onset, offset] = [frame('onset'), frame('offset')];
    if (offset < onset) throw wrong(`an offset from its onset ${onset + 1} on`, fields[places.offset]);
    const type = fields[places.kind] ?? '';
    if (!MICRO.test(type) && !MACRO.test(type)) throw wrong('the type me or mae', type);
    return [{ video, onset, offset, kind: MICRO.test(type) ? ('micro' as const) : ('macro' as const) }];
  });
}

/**
 * Intervals as a list that the MEGC challenges take: one header, frames from 1, types `me` and `mae`.
 *
 * @param columns `'2022'`: `vid,pred_onset,pred_offset,type`; `'2023'` (default, also of 2024): `vid,onset,offset,type`
 * @throws TypeError for the name of a video that would break the list
 *
 * @example
 * ```ts
 * import { encodeMegcCsv } from '@mer/spotting';
 *
 * console.log(encodeMegcCsv([{ video: 'dzw_d1', onset: 5, offset: 45, kind: 'macro' }]).split('\n')[1]); // dzw_d1,6,46,mae
 * ```
 */
export function encodeMegcCsv(intervals: readonly ListedInterval[], columns: '2022' | '2023' = '2023'): string {
  const rows = intervals.map(({ video, onset, offset, kind }) => {
    if (video === '' || /[",\r\n]/.test(video)) {
      throw new TypeError(`Cannot write a list as a video's name must have no comma, quote or line break: '${video}'`);
    }
    return `${video},${onset + 1},${offset + 1},${kind === 'micro' ? 'me' : 'mae'}\n`;
  });
  return `${columns === '2022' ? 'vid,pred_onset,pred_offset,type' : 'vid,onset,offset,type'}\n${rows.join('')}`;
}
