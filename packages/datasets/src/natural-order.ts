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
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [l, r] = [left[i]!, right[i]!];
    if (l === r) continue;
    if (/\d/.test(l) && /\d/.test(r)) {
      const [x, y] = [l.replace(/^0+(?=\d)/, ''), r.replace(/^0+(?=\d)/, '')];
      if (x.length !== y.length) return x.length - y.length;
      if (x !== y) return x < y ? -1 : 1;
    } else return l < r ? -1 : 1;
  }
  return left.length - right.length || (a < b ? -1 : a > b ? 1 : 0);
}
