import { checkLimit, type FileLimits } from './file-limits.js';

/** Throws where an image claims more pixels than may be. */
export function checkPixels(cannot: string, width: number, height: number, limits?: Partial<FileLimits>): void {
  checkLimit(cannot, `the pixels of ${width} x ${height}`, 'pixels', width * height, limits);
}
