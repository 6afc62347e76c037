import { afterEach, describe, expect, it, vi } from 'vitest';
import type { DecodedFrame } from '../video/video.js';
import type { CameraPicture } from './newest-frames.js';
import { openCamera } from './open-camera.js';
import { cameraFrames } from './share-frames.js';

afterEach(() => vi.unstubAllGlobals());

/** A page whose camera gives 2 x 1 pixels of one level as they are put. */
function stubPage() {
  const open = new Set<CameraPicture>();
  const processors: ReadableStreamDefaultController<CameraPicture>[] = [];
  vi.stubGlobal(
    'MediaStreamTrackProcessor',
    class {
      readable = new ReadableStream<CameraPicture>({ start: (controller) => void processors.push(controller) });
    },
  );
  const track = Object.assign(new EventTarget(), {
    label: 'camera of a test',
    stop: vi.fn(),
    getSettings: () => ({ width: 2, height: 1, frameRate: 30 }),
  });
  const getUserMedia = vi.fn(async (_constraints: unknown) => ({
    getTracks: () => [track],
    getVideoTracks: () => [track],
  }));
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia } });
  const frame = (level: number, milliseconds: number) => {
    const picture: CameraPicture = {
      ...{ format: 'RGBX', visibleRect: { width: 2, height: 1 }, colorSpace: { matrix: null, fullRange: null } },
      timestamp: 1000 * milliseconds,
      rotation: 180,
      allocationSize: () => 8,
      copyTo: async (data) => {
        data.set([level, level, level, 255, 0, 0, 0, 255]);
        return [];
      },
      close: () => open.delete(picture),
    };
    open.add(picture);
    for (const controller of processors) controller.enqueue(picture);
  };
  return { frame, open, track, getUserMedia };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('openCamera()', () => {
  it('gives the newest frame with its time, upright; drops those that nobody took; ends with stop()', async () => {
    const { frame, open, track, getUserMedia } = stubPage();
    const camera = await openCamera({ width: 320, facing: 'environment' });
    expect(getUserMedia.mock.calls[0]![0]).toMatchObject({
      video: { width: { ideal: 320 }, facingMode: 'environment' },
    });
    expect([camera.name, camera.width, camera.height, camera.fps]).toEqual(['camera of a test', 2, 1, 30]);
    const frames = camera.frames();
    const first = frames.next();
    await settled();
    frame(10, 500);
    expect((await first).value).toEqual({
      ...{ index: 0, time: 0, width: 2, height: 1, channels: 3 },
      data: Uint8Array.of(0, 0, 0, 10, 10, 10),
    });
    for (const [level, at] of [
      [20, 533],
      [30, 566],
      [30, 566],
      [40, 600],
    ] as const) {
      frame(level, at);
    }
    await settled();
    // one waits
    expect(open.size).toBe(1);
    const { value } = await frames.next();
    expect([value!.index, value!.time, value!.data[3]]).toEqual([4, 0.1, 40]);
    const last = frames.next();
    camera.stop();
    expect((await last).done).toBe(true);
    expect([open.size, track.stop.mock.calls.length]).toEqual([0, 1]);
    expect((await camera.frames().next()).done).toBe(true);
  });

  it('ends with a signal, and says that the camera was taken away', async () => {
    const { track } = stubPage();
    const controller = new AbortController();
    const camera = await openCamera();
    const waiting = camera.frames({ signal: controller.signal }).next();
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    const other = camera.frames().next();
    await settled();
    track.dispatchEvent(new Event('ended'));
    await expect(other).rejects.toThrow('Cannot read the camera as it must stay on: it was taken away or pulled out');
  });

  it('says why there is none', async () => {
    await expect(openCamera()).rejects.toThrow('it must be that of a browser: this is none');
    vi.stubGlobal('isSecureContext', false);
    await expect(openCamera()).rejects.toThrow('the page must be served by https or from localhost: it is not');
    vi.stubGlobal('isSecureContext', true);
    await expect(openCamera()).rejects.toThrow('this is a worker. Open it there and post camera.share() here');
    await expect(openCamera({ fps: 0 })).rejects.toThrow('fps must be a number from 1 to 10000: current value is 0');
    const { getUserMedia } = stubPage();
    for (const [name, reason] of [
      ['NotAllowedError', /as it must be allowed: whoever was asked/],
      ['NotFoundError', /as there must be one: this device has none$/],
      ['NotReadableError', /as it must be free: another program uses it/],
      ['TypeError', /as what the browser said$/],
    ] as const) {
      getUserMedia.mockRejectedValueOnce(Object.assign(new Error('what the browser said'), { name }));
      await expect(openCamera()).rejects.toThrow(reason);
    }
  });
});

describe('cameraFrames()', () => {
  it('takes the frames of the page through a channel, and ends them there', async () => {
    const { track } = stubPage();
    const port = (await openCamera()).share();
    const frames = cameraFrames(port);
    const waiting: Promise<IteratorResult<DecodedFrame, void>> = frames.next();
    await settled();
    track.dispatchEvent(new Event('ended'));
    await expect(waiting).rejects.toThrow('it was taken away or pulled out');
  });
});
