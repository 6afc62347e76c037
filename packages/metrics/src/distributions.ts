/**
 * Probability that a standard normal variable is at most z; 14 digits between -7 and 7, 8 beyond.
 *
 * Reference: Hart 1968 in the form of West, Better approximations to cumulative normal functions, 2005.
 */
export function normalCdf(z: number): number {
  const size = Math.abs(z);
  if (size > 37) return z > 0 ? 1 : 0;
  const power = Math.exp(-(size * size) / 2);
  const tail =
    size < 7.07106781186547
      ? (power * polynomial(ABOVE, size)) / polynomial(BELOW, size)
      : power / 2.506628274631 / (size + 1 / (size + 2 / (size + 3 / (size + 4 / (size + 0.65)))));
  return z > 0 ? 1 - tail : tail;
}

// the highest power first
const ABOVE = [
  0.0352624965998911, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871, 221.213596169931,
  220.206867912376,
];
const BELOW = [
  0.0883883476483184, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674, 637.333633378831,
  793.826512519948, 440.413735824752,
];

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}

/** The z below which a standard normal variable is with probability p. */
export function normalQuantile(p: number): number {
  return inverse(normalCdf, p);
}

/**
 * Probability that a variable of Student's t distribution is at most t.
 *
 * Reference: Abramowitz and Stegun 26.7.3 and 26.7.4, finite sums for a whole number of degrees of freedom.
 */
export function studentCdf(t: number, freedom: number): number {
  const angle = Math.atan(t / Math.sqrt(freedom));
  const cosine = Math.cos(angle) ** 2;
  const odd = freedom % 2 === 1;
  let [term, sum] = [1, freedom === 1 ? 0 : 1];
  for (let k = odd ? 3 : 2; k <= freedom - 2; k += 2) {
    term *= (cosine * (k - 1)) / k;
    sum += term;
  }
  const within = odd ? (2 / Math.PI) * (angle + Math.sin(angle) * Math.cos(angle) * sum) : Math.sin(angle) * sum;
  return (1 + within) / 2;
}

/** The t below which a variable of Student's t distribution is with probability p. */
export function studentQuantile(p: number, freedom: number): number {
  return inverse((t) => studentCdf(t, freedom), p);
}

/** Where an ascending function that is symmetric around (0, 1/2) has a value: by halves, which needs no start. */
function inverse(cdf: (x: number) => number, p: number): number {
  if (!(p > 0 && p < 1)) return p >= 1 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  if (p === 0.5) return 0;
  // the lower half has the digits
  if (p > 0.5) return -inverse(cdf, 1 - p);
  let [low, high] = [-1, 0];
  while (cdf(low) > p) low *= 2;
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (cdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
