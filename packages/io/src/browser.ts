/** The entry for browsers: everything of the Node entry that needs no file system. */
export type { ArrayData, DType, NamedArrays, NumericArray } from './array-data.js';
export { arrayToTensor } from './array-to-tensor.js';
export { decodeImage, encodeImage, readImage } from './browser/image-files.js';
export { openVideo } from './browser/open-video.js';
export { checkTensorBytes } from './check-tensor-bytes.js';
export { checkLimit, type FileLimits, fileLimits, type LimitOptions } from './file-limits.js';
export { encodeFlo, parseFlo, unknownFlowThreshold } from './flo.js';
export type { DecodeImageOptions, EncodeImageOptions, ReadImageOptions } from './image-options.js';
export { type ImageRange, type ImageToTensorOptions, imageToTensor, tensorToImage } from './image-tensor.js';
export { parseKerasWeights } from './keras-weights.js';
export { encodeNpy, parseNpy } from './npy.js';
export { type PytorchCheckpointOptions, parsePytorchCheckpoint } from './pytorch-checkpoint.js';
export type { ImageFormat, RawImage } from './raw-image.js';
export { encodeSafetensors, parseSafetensors, type Safetensors } from './safetensors.js';
export { tensorToArray } from './tensor-to-array.js';
export type { DecodedFrame, OpenVideoOptions, Video, VideoRange } from './video/video.js';
export { parseWeights } from './weights.js';
export { openZip, type Zip, type ZipOptions } from './zip.js';
