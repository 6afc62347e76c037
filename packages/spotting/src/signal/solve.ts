/** Solves `A x = b` for a symmetric positive matrix, row by row in `a`, which is overwritten; a direction that nothing tells about stays 0. */
export function solve(a: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  const x = Float64Array.from(b);
  const most = Math.max(...Array.from({ length: n }, (_, i) => a[i * n + i]!));
  // Cholesky: the lower half becomes the factor
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= a[i * n + k]! * a[j * n + k]!;
      if (i === j) a[i * n + i] = sum > 1e-12 * most ? Math.sqrt(sum) : Number.POSITIVE_INFINITY;
      else a[i * n + j] = sum / a[j * n + j]!;
    }
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] = x[i]! - a[i * n + k]! * x[k]!;
    x[i] = x[i]! / a[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    if (a[i * n + i] === Number.POSITIVE_INFINITY) {
      x[i] = 0;
      continue;
    }
    for (let k = i + 1; k < n; k++) x[i] = x[i]! - a[k * n + i]! * x[k]!;
    x[i] = x[i]! / a[i * n + i]!;
  }
  return x;
}
