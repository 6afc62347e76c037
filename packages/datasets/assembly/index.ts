export { colorToUnit, grayToUnit, toUnit } from './unit';
export { resample } from './resample';
