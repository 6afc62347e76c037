export { colourToUnit, greyToUnit, toUnit } from './unit';
export { resample } from './resample';
