// What images and frames need.
export { blurImage } from './blur-image';
export { mark, release, take } from './memory';
export { addWeighted4 } from './weighted-sum';
