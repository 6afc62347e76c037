/** A sample with pictures, as the report shows it. */
export interface GalleryItem {
  /** data set / subject / clip */
  id: string;
  /** What the model said, such as 'surprise taken for negative, 98 %'. */
  title: string;
  /** Whether the model was right. */
  right: boolean;
  /** What the network saw, and where it looked. */
  pictures: { caption: string; png: Uint8Array }[];
}
