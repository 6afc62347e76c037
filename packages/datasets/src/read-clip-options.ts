/** How a clip is read: which frames, how large, in colour or grey. */
export interface ReadClipOptions {
  /** First frame read: the annotated onset (default), or the first frame that the clip has. */
  from?: 'onset' | 'first';
  /** Last frame read: the annotated offset (default), the apex, or the last frame that the clip has. */
  to?: 'offset' | 'apex' | 'last';
  /** Frames are resized to this: one number for a square, or `[height, width]`. Default: as stored. */
  size?: number | readonly [height: number, width: number];
  /** `true`: three channels, `false`: one (Rec. 601 luma). Default: as stored. */
  colour?: boolean;
}
