import { solve } from './solve.js';

/**
 * The weights of a sum of columns that is nearest to values most of which are such a sum: least squares again and again, where what is far off counts less
 * (Tukey's biweight, 4.685 times the spread of what is left).
 *
 * @param columns each as long as `values`; `least` is the least spread that is believed, `ridge` what the square of a weight costs: few values cannot make it large
 * @returns a weight for each column
 */
export function robustFit(
  columns: readonly ArrayLike<number>[],
  values: ArrayLike<number>,
  { rounds = 8, least = 0, ridge = 0 }: { rounds?: number; least?: number; ridge?: number } = {},
): Float64Array {
  const [n, m] = [columns.length, values.length];
  const trust = new Float64Array(m).fill(1);
  const left = new Float64Array(m);
  let fit = new Float64Array(n);
  for (let round = 0; round < rounds; round++) {
    const a = new Float64Array(n * n);
    const b = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      const one = columns[i]!;
      for (let j = 0; j <= i; j++) {
        const other = columns[j]!;
        let sum = 0;
        for (let t = 0; t < m; t++) sum += trust[t]! * one[t]! * other[t]!;
        a[i * n + j] = sum;
        a[j * n + i] = sum;
      }
      a[i * n + i] = a[i * n + i]! + ridge;
      for (let t = 0; t < m; t++) b[i] = b[i]! + trust[t]! * one[t]! * values[t]!;
    }
    fit = new Float64Array(solve(a, b));
    for (let t = 0; t < m; t++) {
      let sum = values[t]!;
      for (let i = 0; i < n; i++) sum -= fit[i]! * columns[i]![t]!;
      left[t] = Math.abs(sum);
    }
    const spread = Math.max(least, 1.4826 * left.slice().sort()[m >> 1]!);
    if (!(spread > 0)) break;
    const reach = 4.685 * spread;
    for (let t = 0; t < m; t++) trust[t] = left[t]! < reach ? (1 - (left[t]! / reach) ** 2) ** 2 : 0;
  }
  return fit;
}
