// The methods of optical flow.
export { farneback } from './farneback';
export { hornSchunck } from './horn-schunck';
export { mark, release, take } from './memory';
export { tvl1 } from './tvl1';
