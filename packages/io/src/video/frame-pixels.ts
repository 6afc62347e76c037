import { isPlanar, planesToRgb, withoutAlpha } from './planes-to-rgb.js';

/** What a `VideoFrame` of WebCodecs and a sample of mediabunny have in common. */
export interface FrameBuffer {
  readonly format: string | null;
  readonly visibleRect: { readonly width: number; readonly height: number } | null;
  readonly colorSpace: { readonly matrix: string | null; readonly fullRange: boolean | null };
  allocationSize(): number;
  copyTo(
    data: Uint8Array,
    options?: { format: 'RGBA' },
  ): Promise<readonly { readonly offset: number; readonly stride: number }[]>;
}

/** Width and height of a frame as it is stored. */
export const storedSize = ({ visibleRect }: FrameBuffer) => [visibleRect!.width, visibleRect!.height] as const;

/**
 * R, G, B of a frame as it is stored.
 *
 * @param matrix how its colors were coded, where that is known better than the frame tells
 */
export async function framePixels(
  frame: FrameBuffer,
  matrix: string | null = frame.colorSpace.matrix,
): Promise<Uint8Array> {
  const [width, height] = storedSize(frame);
  if (isPlanar(frame.format)) {
    const data = new Uint8Array(frame.allocationSize());
    const layout = await frame.copyTo(data);
    const fullRange = frame.colorSpace.fullRange === true;
    return planesToRgb({ format: frame.format, width, height, data, layout, matrix, fullRange });
  }
  const data = new Uint8Array(width * height * 4);
  await frame.copyTo(data, { format: 'RGBA' });
  return withoutAlpha(data, width * height);
}
