import { type Given, type Kind, type Option, option } from '@mer/options';
import * as v from 'valibot';

/** A rectangle in fractions of the image: `[top, left, bottom, right]`, each in 0..1. */
export type Region = readonly [top: number, left: number, bottom: number, right: number];

const expected = '[top, left, bottom, right], fractions with 0 <= top < bottom <= 1 and 0 <= left < right <= 1';

/** An option that is a {@link Region}. */
// @__NO_SIDE_EFFECTS__
export function regionOption<const G extends Given<Region>>(about: string, given: G): Option<Region, G> {
  const part = v.number(expected);
  const inside = ([top, left, bottom, right]: [number, number, number, number]) =>
    top >= 0 && top < bottom && bottom <= 1 && left >= 0 && left < right && right <= 1;
  const kind = v.pipe(v.strictTuple([part, part, part, part], expected), v.check(inside, expected));
  return option(about, kind as unknown as Kind<Region>, expected, given) as Option<Region, G>;
}

/** A region in whole pixels (at least one each way), bottom and right exclusive. */
export function regionPixels([top, left, bottom, right]: Region, height: number, width: number) {
  const y = Math.min(height - 1, Math.round(top * height));
  const x = Math.min(width - 1, Math.round(left * width));
  return {
    top: y,
    left: x,
    bottom: Math.max(y + 1, Math.round(bottom * height)),
    right: Math.max(x + 1, Math.round(right * width)),
  };
}
