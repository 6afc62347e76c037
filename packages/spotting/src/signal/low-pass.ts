/**
 * A signal without its fast part: frequencies above `cutoff` are taken out.
 *
 * @param values the signal; `rate` is how many there are a second, `cutoff` the highest frequency that stays, in hertz
 * @returns as many numbers
 * @throws RangeError if the rate or the cutoff is not above 0
 *
 * @example
 * ```ts
 * import { lowPass } from '@mer/spotting';
 *
 * const wave = (hertz: number) => Array.from({ length: 60 }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / 30));
 * const both = wave(2).map((value, i) => value + wave(9)[i]!);
 * console.log(Math.max(...lowPass(both, { rate: 30, cutoff: 5 }).map((value, i) => Math.abs(value - wave(2)[i]!))) < 1e-9); // true
 * ```
 *
 * Reference: zeroed bins of a discrete Fourier transform, as the flow spotters of MEGC2022 and MEGC2023 filter.
 */
export function lowPass(
  values: ArrayLike<number>,
  { rate, cutoff }: { rate: number; cutoff: number },
): Float64Array<ArrayBuffer> {
  for (const [name, value] of Object.entries({ rate, cutoff })) {
    if (!(value > 0))
      throw new RangeError(`Cannot filter a signal as ${name} must be above 0: current value is ${value}`);
  }
  const n = values.length;
  const kept = Math.min(Math.floor(n / 2), Math.floor((cutoff * n) / rate + 1e-9));
  const result = new Float64Array(n);
  // few frequencies stay, so that each is summed up by itself
  for (let k = 0; k <= kept; k++) {
    let [real, imaginary] = [0, 0];
    for (let i = 0; i < n; i++) {
      const angle = (2 * Math.PI * ((k * i) % n)) / n;
      real += values[i]! * Math.cos(angle);
      imaginary -= values[i]! * Math.sin(angle);
    }
    // a frequency and its mirror image, which are one for 0 and for half the rate
    const weight = (k === 0 || 2 * k === n ? 1 : 2) / n;
    for (let i = 0; i < n; i++) {
      const angle = (2 * Math.PI * ((k * i) % n)) / n;
      result[i] = result[i]! + weight * (real * Math.cos(angle) - imaginary * Math.sin(angle));
    }
  }
  return result;
}
