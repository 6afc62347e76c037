export { blurImage } from './blur-image';
export { farneback } from './farneback';
export { hornSchunck } from './horn-schunck';
export { grayChange } from './intensity';
export { mark, release, take } from './memory';
export { tvl1 } from './tvl1';
export { addWeighted4 } from './weighted-sum';
