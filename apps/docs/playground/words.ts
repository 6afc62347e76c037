// Numbers in words.
import type { Cost } from './protocol.ts';

const bytesText = (bytes: number) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

/** `12 ms, 4.7 MB of tensors at most` */
export const costText = ({ milliseconds, bytes }: Cost) =>
  `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms, ${bytesText(bytes)} of tensors at most`;

export const percent = (share: number) => `${Math.round(100 * share)}%`;
