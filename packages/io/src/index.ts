/**
 * Images, arrays and checkpoints to tensors and back, without Python.
 *
 * @module @mer/io
 */

export type { ArrayData, DType, NamedArrays, NumericArray } from './array-data.js';
export { arrayToTensor } from './array-to-tensor.js';
export type { Camera, CameraFramesOptions, CameraStream, OpenCameraOptions } from './camera/camera.js';
export { openCamera } from './camera/open-camera.js';
export { cameraFrames } from './camera/share-frames.js';
export { checkTensorBytes } from './check-tensor-bytes.js';
export { checkLimit, type FileLimits, fileLimits, type LimitOptions } from './file-limits.js';
export { encodeFlo, parseFlo, unknownFlowThreshold } from './flo.js';
export type { DecodeImageOptions, EncodeImageOptions, ReadImageOptions } from './image-options.js';
export { type ImageRange, type ImageToTensorOptions, imageToTensor, tensorToImage } from './image-tensor.js';
export { isKeras, parseKerasWeights } from './keras-weights.js';
export { readFlo, readNpy, writeFlo, writeNpy } from './node/array-files.js';
export { decodeImage, encodeImage, readImage, writeImage } from './node/image-files.js';
export { makeFolder } from './node/make-folder.js';
export { openVideo } from './node/open-video.js';
export { syncFolder } from './node/sync-folder.js';
export { systemErrorCode, systemErrorText } from './node/system-error-text.js';
export {
  readCheckpoint,
  readPytorchCheckpoint,
  readSafetensors,
  readWeights,
  writeSafetensors,
} from './node/weight-files.js';
export { writeFileAtomic } from './node/write-file-atomic.js';
export { encodeNpy, parseNpy } from './npy.js';
export { isPicture, type Picture, pictureToImage } from './picture-to-image.js';
export {
  type Checkpoint,
  type Companions,
  type PytorchCheckpointOptions,
  parsePytorchCheckpoint,
} from './pytorch-checkpoint.js';
export type { ImageFormat, RawImage } from './raw-image.js';
export { encodeSafetensors, parseSafetensors, type Safetensors } from './safetensors.js';
export { tensorToArray } from './tensor-to-array.js';
export { type FrameCursor, frameCursor } from './video/frame-cursor.js';
export type { DecodedFrame, OpenVideoOptions, Video, VideoRange } from './video/video.js';
export { parseWeights } from './weights.js';
export { openZip, type Zip, type ZipOptions } from './zip.js';
