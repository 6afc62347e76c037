import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type DecodedFrame, decodeImage, openVideo, type Video, type VideoRange } from './index.js';
import { frameRate, nearestFrames } from './video/frame-times.js';
import { planesToRgb } from './video/planes-to-rgb.js';
import { upright } from './video/upright.js';

const ffmpeg = (...args: string[]) => execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args]);
const hasFfmpeg = (() => {
  try {
    execFileSync('ffmpeg', ['-version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

const root = mkdtempSync(join(tmpdir(), 'mer-open-video-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const at = (name: string) => join(root, name);

async function all(video: Video, range?: VideoRange): Promise<DecodedFrame[]> {
  const frames: DecodedFrame[] = [];
  for await (const frame of video.frames(range)) frames.push(frame);
  return frames;
}

describe('frameRate()', () => {
  it('knows whole rates, those of television, and varying ones, through the rounding of a file', () => {
    const rounded = (fps: number, tick: number) =>
      Array.from({ length: 40 }, (_, i) => Math.round(i / fps / tick) * tick);
    expect(frameRate(rounded(30, 0.001), 0.001)).toEqual({ fps: 30, constant: true });
    expect(frameRate(rounded(30000 / 1001, 1 / 90000), 1 / 90000)).toEqual({ fps: 30000 / 1001, constant: true });
    expect(frameRate(rounded(200, 1 / 90000), 1 / 90000)).toEqual({ fps: 200, constant: true });
    expect(frameRate([0, 0.1, 0.15, 0.4], 0.001)).toEqual({ fps: 7.5, constant: false });
    expect(frameRate([0], 0.001)).toEqual({ fps: 0, constant: true });
  });
});

describe('nearestFrames()', () => {
  it('takes for each even time the nearest frame, of two the earlier', () => {
    expect([...nearestFrames([0, 0.1, 0.15, 0.4], 10)]).toEqual([0, 1, 2, 3, 3]);
    expect([...nearestFrames([0, 1, 2], 2)]).toEqual([0, 0, 1, 1, 2]);
    expect([...nearestFrames([0, 0.1, 0.2, 0.3], 5)]).toEqual([0, 2]);
  });
});

describe('planesToRgb()', () => {
  it('computes colors by the formulas of the standards', () => {
    const of = (y: number, u: number, v: number, matrix: string, fullRange: boolean) => [
      ...planesToRgb({
        ...{ format: 'I444', width: 1, height: 1, matrix, fullRange, data: Uint8Array.of(y, u, v) },
        layout: [0, 1, 2].map((offset) => ({ offset, stride: 1 })),
      }),
    ];
    // red of Rec. 601 and of Rec. 709, both in limited range; gray
    expect(of(81, 90, 240, 'smpte170m', false)).toEqual([254, 0, 0]);
    expect(of(63, 102, 240, 'bt709', false)).toEqual([255, 1, 0]);
    expect(of(128, 128, 128, 'smpte170m', true)).toEqual([128, 128, 128]);
  });
});

describe('upright()', () => {
  const pixels = Uint8Array.of(...[1, 2, 3, 4, 5, 6].flatMap((value) => [value, value, value]));
  it.each([
    [90, false, [4, 1, 5, 2, 6, 3]],
    [180, false, [6, 5, 4, 3, 2, 1]],
    [270, false, [3, 6, 2, 5, 1, 4]],
    [0, true, [3, 2, 1, 6, 5, 4]],
  ] as const)('turns 3 x 2 pixels by %i degrees, mirrored: %s', (rotation, flip, expected) => {
    const turned = upright(pixels, 3, 2, { rotation, flip });
    expect([...turned].filter((_, i) => i % 3 === 0)).toEqual(expected);
  });
});

describe('openVideo()', () => {
  it('says what is wrong with a path, a rate, or an address', async () => {
    await expect(openVideo(at('none.mp4'))).rejects.toThrow(/none.mp4 as there is no such file/);
    await expect(openVideo(root)).rejects.toThrow('it must be a file: it is a folder');
    await expect(openVideo(at('x.mp4'), { fps: 0 })).rejects.toThrow('fps must be a number above 0');
    await expect(openVideo('https://example.org/x.mp4')).rejects.toThrow('Fetch it first');
  });
});

describe.skipIf(!hasFfmpeg)('openVideo() by ffmpeg, where that is installed', () => {
  beforeAll(() => {
    const pattern = ['-f', 'lavfi', '-i', 'testsrc=size=64x48:rate=30'];
    ffmpeg(
      ...pattern,
      '-frames:v',
      '80',
      '-c:v',
      'libx264',
      '-g',
      '10',
      '-bf',
      '2',
      '-pix_fmt',
      'yuv420p',
      at('a.mp4'),
    );
    const varying = 'settb=1/90000,setpts=N*1500+300*mod(N\\,3)';
    const how = ['-fps_mode', 'passthrough', '-enc_time_base', '1/90000', '-pix_fmt', 'yuv420p'];
    ffmpeg(...pattern, '-frames:v', '12', '-vf', varying, ...how, at('varying.mov'));
    ffmpeg(...pattern, '-frames:v', '12', '-c:v', 'mpeg4', '-bf', '2', at('b.avi'));
    ffmpeg('-i', at('a.mp4'), '-c:v', 'copy', '-metadata:s:v:0', 'rotate=90', at('turned.mp4'));
    ffmpeg(...pattern, '-frames:v', '4', '-c:v', 'vp8', at('c.webm'));
    ffmpeg('-f', 'lavfi', '-i', 'sine', '-t', '0.1', at('sound.mp4'));
    writeFileSync(at('list.mp4'), `ffconcat version 1.0\nfile '${at('a.mp4')}'\n`);
    writeFileSync(at('noise.mp4'), new Uint8Array(4096).fill(7));
  });

  const pngs = async (file: string, count: number) => {
    ffmpeg('-i', at(file), '-fps_mode', 'passthrough', at(`${file}-%d.png`));
    return Promise.all(Array.from({ length: count }, (_, i) => decodeImage(at(`${file}-${i + 1}.png`))));
  };

  it.each([
    ['a.mp4', 80, 30],
    ['b.avi', 12, 30],
    ['c.webm', 4, 30],
    ['turned.mp4', 80, 30],
  ])('gives the frames of %s as ffmpeg writes them to PNG', async (file, count, fps) => {
    const video = await openVideo(at(file));
    expect([video.times.length, video.fps, video.stored.constant, video.decoder]).toEqual([count, fps, true, 'ffmpeg']);
    const frames = await all(video);
    const expected = await pngs(file, count);
    expect(frames.map(({ width, height }) => [width, height])).toEqual(
      expected.map(({ width, height }) => [width, height]),
    );
    for (const [i, { data }] of frames.entries()) expect(Buffer.compare(data, expected[i]!.data)).toBe(0);
    // sought, not decoded from the begin
    const later = await all(video, { first: count - 3, last: count - 2 });
    expect(later.map(({ index }) => index)).toEqual([count - 3, count - 2]);
    expect(Buffer.compare(later[0]!.data, expected[count - 3]!.data)).toBe(0);
  });

  it('keeps the times of frames that vary, and takes the nearest of them at a rate', async () => {
    const video = await openVideo(at('varying.mov'));
    expect(video.stored).toMatchObject({ frames: 12, constant: false });
    for (let i = 0; i < 12; i++) expect(video.times[i]).toBeCloseTo((i * 1500 + 300 * (i % 3)) / 90000, 4);
    const even = await openVideo(at('varying.mov'), { fps: 20 });
    expect([even.fps, even.times.length]).toEqual([20, 4]);
    const [stored, resampled] = [await all(video), await all(even)];
    const nearest = nearestFrames(video.times, 20);
    for (const [k, { data }] of resampled.entries()) {
      expect(Buffer.compare(data, stored[nearest[k]!]!.data)).toBe(0);
    }
  });

  it('ends the program with the loop, and with a signal', async () => {
    const video = await openVideo(at('a.mp4'));
    for await (const { index } of video.frames()) if (index === 2) break;
    const controller = new AbortController();
    const reading = (async () => {
      for await (const { index } of video.frames({ signal: controller.signal })) {
        if (index === 1) controller.abort(new Error('enough'));
      }
    })();
    await expect(reading).rejects.toThrow('enough');
    await expect(all(video, { first: 3, last: 80 })).rejects.toThrow('0 <= first <= last <= 79');
  });

  it('refuses what is no video, has none, is a list of other files, or is too long', async () => {
    await expect(openVideo(at('noise.mp4'))).rejects.toThrow(/noise.mp4 as it must be an intact video/);
    await expect(openVideo(at('sound.mp4'))).rejects.toThrow('it must have a video stream: it has none');
    await expect(openVideo(at('list.mp4'))).rejects.toThrow('it is another kind of file');
    await expect(openVideo(at('a.mp4'), { limits: { frames: 20 } })).rejects.toThrow(/at most 20.*limits.frames/);
    await expect(openVideo(at('a.mp4'), { limits: { pixels: 99 } })).rejects.toThrow('limits.pixels');
  });
});

describe('openVideo() by packages, where ffmpeg is absent', () => {
  it.each(['mp4', 'webm'])('decodes %s, with the times of its frames', async (ending) => {
    vi.stubEnv('FFMPEG_PATH', at('no-such-program'));
    const file = fileURLToPath(new URL(`../test/video/levels.${ending}`, import.meta.url));
    const video = await openVideo(file).finally(() => vi.unstubAllEnvs());
    expect([video.decoder, video.width, video.height, video.stored.constant]).toEqual(['webcodecs', 48, 32, false]);
    const times = Array.from({ length: 12 }, (_, i) => 0.04 * i + 0.01 * (i % 3));
    expect([...video.times].map((time) => Math.round(time * 1000) / 1000)).toEqual(
      times.map((time) => Math.round(time * 1000) / 1000),
    );
    for (const { index, data } of await all(video)) {
      // frame i has the brightness 40 + 15 i
      expect(Math.abs(data[0]! - (40 + 15 * index))).toBeLessThanOrEqual(4);
    }
    const [late] = await all(video, { first: 9, last: 9 });
    expect(late!.index).toBe(9);
    await video.close();
  });

  it('says that avi needs ffmpeg', async () => {
    writeFileSync(at('x.avi'), 'RIFF....AVI LIST');
    await expect(openVideo(at('x.avi'), { decoder: 'webcodecs' })).rejects.toThrow('avi by ffmpeg only');
  });
});
