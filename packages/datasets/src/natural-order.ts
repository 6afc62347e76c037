/**
 * Compares two names as people number them: runs of digits by value, the rest by code unit; `img9` before `img46`.
 *
 * Names that differ only in leading zeros are ordered by code unit, so the order is total: it never depends on the order
 * in which a file system lists its files, nor on a locale.
 *
 * @example
 * ```ts
 * import { naturalOrder } from '@mer/datasets';
 *
 * console.log(['img46', 'img123', 'img9'].sort(naturalOrder)); // [ 'img9', 'img46', 'img123' ]
 * ```
 */
export function naturalOrder(a: string, b: string): number {
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(j)];
    if (!isDigit(x) || !isDigit(y)) {
      if (x !== y) return x - y;
      i++;
      j++;
      continue;
    }
    while (a.charCodeAt(i) === 48) i++;
    while (b.charCodeAt(j) === 48) j++;
    const [startA, startB] = [i, j];
    while (isDigit(a.charCodeAt(i))) i++;
    while (isDigit(b.charCodeAt(j))) j++;
    if (i - startA !== j - startB) return i - startA - (j - startB);
    for (let k = 0; k < i - startA; k++) {
      const difference = a.charCodeAt(startA + k) - b.charCodeAt(startB + k);
      if (difference !== 0) return difference;
    }
  }
  return a.length - i - (b.length - j) || (a < b ? -1 : a > b ? 1 : 0);
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
