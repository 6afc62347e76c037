import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { videoElementFrames } from './video-element.js';

/** An element whose frames are gray, each the level of its number at 10 frames a second; it goes no further than `reaches`. */
class Element extends EventTarget {
  readyState = 0;
  duration = 0.5;
  paused = false;
  error: { message: string } | null = null;
  readonly set: number[] = [];
  #time = 0.2;
  readonly #reaches: number;

  constructor({ reaches = Number.POSITIVE_INFINITY, ...given }: { reaches?: number; duration?: number } = {}) {
    super();
    this.#reaches = reaches;
    Object.assign(this, given);
    setTimeout(() => {
      this.readyState = 2;
      this.dispatchEvent(new Event('loadeddata'));
    });
  }

  get currentTime(): number {
    return this.#time;
  }

  set currentTime(time: number) {
    this.set.push(time);
    setTimeout(() => {
      this.#time = Math.min(time, this.#reaches);
      this.dispatchEvent(new Event('seeked'));
    });
  }

  pause(): void {
    this.paused = true;
  }

  async play(): Promise<void> {
    this.paused = false;
  }
}

let open = 0;
class Frame {
  readonly format = 'RGBA';
  readonly visibleRect = { x: 0, y: 0, width: 2, height: 1 };
  readonly codedWidth = 2;
  readonly codedHeight = 1;
  readonly displayWidth = 2;
  readonly displayHeight = 1;
  readonly colorSpace = {};
  readonly #level: number;

  constructor({ currentTime }: Element) {
    open += 1;
    this.#level = Math.floor(currentTime * 10);
  }

  allocationSize(): number {
    return 8;
  }

  async copyTo(into: Uint8Array): Promise<{ offset: number; stride: number }[]> {
    into.fill(this.#level);
    return [{ offset: 0, stride: 8 }];
  }

  close(): void {
    open -= 1;
  }
}
vi.stubGlobal('VideoFrame', Frame);
afterAll(() => vi.unstubAllGlobals());
afterEach(() => expect(open).toBe(0));

async function levels(element: Element, signal?: AbortSignal): Promise<number[]> {
  const found: number[] = [];
  for await (const { data } of videoElementFrames(element as unknown as HTMLVideoElement, { fps: 10, signal })) {
    found.push(data[0]!);
  }
  return found;
}

describe('frames of a video element', () => {
  it('are those of even times, and the element is as it was', async () => {
    const element = new Element();
    expect(await levels(element)).toEqual([0, 1, 2, 3, 4]);
    expect(element.set).toEqual([0.05, expect.closeTo(0.15), 0.25, expect.closeTo(0.35), 0.45, 0.2]);
    expect(element.paused).toBe(false);
  });

  it('are refused where the element stays where it is', async () => {
    const element = new Element({ reaches: 0 });
    await expect(levels(element)).rejects.toThrow(/set to 0\.150 s it is at 0\.000 s.*Accept-Ranges.*give the Blob/);
    expect(element.set.at(-1)).toBe(0.2);
  });

  it('are refused of a camera, a file that fails, and where nobody wants them any more', async () => {
    await expect(levels(new Element({ duration: Number.POSITIVE_INFINITY }))).rejects.toThrow(/must have a length/);
    const failing = new Element();
    failing.error = { message: 'no decoder' };
    setTimeout(() => failing.dispatchEvent(new Event('error')));
    failing.addEventListener('loadeddata', (event) => event.stopImmediatePropagation());
    await expect(levels(failing)).rejects.toThrow('video element: no decoder');
    await expect(levels(new Element(), AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});
