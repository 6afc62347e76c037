// Numbers in words.
import type { Cost, Expression, Progress } from './protocol.ts';

export const bytesText = (bytes: number) =>
  bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

/** `12 ms, 4.7 MB of tensors at most` */
export const costText = ({ milliseconds, bytes }: Cost) =>
  `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms, ${bytesText(bytes)} of tensors at most`;

export const percent = (share: number) => `${Math.round(100 * share)}%`;

/** `1.5 s`, `2:05` */
export const secondsText = (seconds: number) =>
  seconds < 60
    ? `${Number(seconds.toFixed(1))} s`
    : `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

/** `micro, 0.73 to 1.13 s, 1.2 pixels` */
export const expressionText = ({ kind, onset, offset, score }: Expression) =>
  `${kind}, ${onset.toFixed(2)} to ${offset.toFixed(2)} s, ${score.toFixed(1)} pixels`;

const PARTS = {
  weights: 'Loading what finds the face',
  face: 'Looking for the face',
  motion: 'Following the skin',
} as const;

/** `Looking for the face: 3 of 24` */
export const progressText = ({ part, done, total }: Progress) => `${PARTS[part]}: ${done} of ${total}`;
