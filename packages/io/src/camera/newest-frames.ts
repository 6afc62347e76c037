import type { FrameBuffer } from '../video/frame-pixels.js';

/** A `VideoFrame`, as far as it is used. */
export interface CameraPicture extends FrameBuffer {
  /** Microseconds. */
  readonly timestamp: number;
  /** How it must be turned, where the browser says it. */
  readonly rotation?: number;
  readonly flip?: boolean;
  close(): void;
}

/** A frame, and how many came before it. */
export interface Taken {
  readonly picture: CameraPicture;
  readonly index: number;
}

/** Frames that are taken one by one; undefined where there will be no more. */
export interface PictureSource {
  next(): Promise<Taken | undefined>;
  stop(): void;
}

/** A place for one frame. */
export interface NewestFrames extends PictureSource {
  /** A frame that came; the one that waits is dropped. */
  put(picture: CameraPicture): void;
  /** No more will come; with an error where that was not wished. */
  end(error?: Error): void;
}

/**
 * Keeps the newest frame until it is taken, and closes those that are not: browsers stop giving frames where too many are held.
 *
 * @param onStop is told once that nobody takes frames any more
 */
export function newestFrames(onStop: () => void): NewestFrames {
  let held: Taken | undefined;
  let waiting: { resolve(taken: Taken | undefined): void; reject(error: Error): void } | undefined;
  let ended: { error?: Error | undefined } | undefined;
  let count = 0;
  let last = Number.NEGATIVE_INFINITY;
  return {
    put(picture) {
      const index = count++;
      // the same frame twice, as some browsers give it
      if (ended || picture.timestamp <= last) {
        picture.close();
        return;
      }
      last = picture.timestamp;
      const taken = { picture, index };
      held?.picture.close();
      held = undefined;
      if (waiting) waiting.resolve(taken);
      else held = taken;
      waiting = undefined;
    },
    end(error) {
      ended ??= { error };
      if (error) waiting?.reject(error);
      else waiting?.resolve(undefined);
      waiting = undefined;
    },
    next() {
      if (held) {
        const taken = held;
        held = undefined;
        return Promise.resolve(taken);
      }
      if (ended) return ended.error ? Promise.reject(ended.error) : Promise.resolve(undefined);
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
      });
    },
    stop() {
      held?.picture.close();
      held = undefined;
      if (!ended) onStop();
      this.end();
    },
  };
}
