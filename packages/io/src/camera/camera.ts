import type { DecodedFrame } from '../video/video.js';

/** A `MediaStream`, where the program knows the types of browsers. */
export type CameraStream = typeof globalThis extends { MediaStream: { prototype: infer T } } ? T : unknown;

/** Which camera is opened, and how; where it cannot do what is wished, it does what is nearest. */
export interface OpenCameraOptions {
  /** Pixels; default 640. */
  readonly width?: number | undefined;
  /** Pixels; default 480. */
  readonly height?: number | undefined;
  /** Frames a second; default 30. */
  readonly fps?: number | undefined;
  /** Of a phone: the camera that looks at whoever holds it (`user`, default), or away. */
  readonly facing?: 'user' | 'environment' | undefined;
  /** This one and no other: a `deviceId` of `navigator.mediaDevices.enumerateDevices()`. */
  readonly device?: string | undefined;
  /** Ends the camera, and its frames by throwing the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** How frames of a {@link Camera} are taken. */
export interface CameraFramesOptions {
  /** Ends the work: it then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A camera that is on. */
export interface Camera {
  /** What the device is called. */
  readonly name: string;
  /** Pixels of its frames, as the camera says. */
  readonly width: number;
  readonly height: number;
  /** Frames a second at most; 0 where the camera does not say. */
  readonly fps: number;
  /** To be shown: `video.srcObject = camera.stream`. */
  readonly stream: CameraStream;
  /**
   * Frames as they come, upright. One waits at most: where it is not taken before the next comes, it is dropped, so that what is seen is never old and memory holds one; `index`
   * counts dropped ones too. Ends with `stop()`.
   *
   * @throws Error where the camera is pulled out or taken away
   */
  frames(options?: CameraFramesOptions): AsyncGenerator<DecodedFrame, void, undefined>;
  /** One end of a channel to these frames: posted to a worker (and transferred), {@link cameraFrames} takes them there, so that the page only passes them on. */
  share(): MessagePort;
  /** Turns it off. */
  stop(): void;
}
