/** What networks see of a recording: for each frame how the face has moved some frames later, as an image. Plain data, large. */
export interface Moments {
  /** Frames a second that were looked at. */
  readonly rate: number;
  /** One of so many frames of the recording was looked at. */
  readonly stride: number;
  /** How many frames the recording has. */
  readonly frames: number;
  /** Images by the name of how far they look ahead. */
  readonly images: Readonly<Record<string, MomentImages>>;
}

/** Images of one look ahead: that of moment i is the motion from the i-th frame that was looked at to `reach` of them later. */
export interface MomentImages {
  readonly reach: number;
  /** `[moments, height, width, 3]`: u, v and strain, each channel of each image stretched to 0..255. */
  readonly shape: readonly [moments: number, height: number, width: number, channels: number];
  readonly pixels: Uint8Array;
}

/** What is known of {@link Moments} without their images. */
export interface MomentCounts extends Omit<Moments, 'images'> {
  readonly images: Readonly<Record<string, Pick<MomentImages, 'reach' | 'shape'>>>;
}
