// Video files, and the camera that Chromium makes up, read in a page.
import { cameraFrames, openCamera, openVideo, type Video, type VideoRange } from '../../dist/browser.js';

const FILES = ['face.webm', 'turned.mp4', 'levels.mp4', 'levels.webm'];

/** Frames as text, which a message from page to test carries quickly. */
async function framesOf(video: Video, range?: VideoRange) {
  const frames: { index: number; width: number; height: number; data: string }[] = [];
  for await (const { index, width, height, data } of video.frames(range)) {
    let text = '';
    for (let i = 0; i < data.length; i += 8192) text += String.fromCharCode(...data.subarray(i, i + 8192));
    frames.push({ index, width, height, data: btoa(text) });
  }
  return frames;
}

const messageOf = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing was wrong',
    (error: Error) => error.message,
  );

async function videos() {
  const read: Record<string, unknown> = {};
  for (const name of FILES) {
    const blob = await (await fetch(name)).blob();
    const video = await openVideo(name === 'face.webm' ? new URL(name, location.href) : new File([blob], name));
    const last = video.times.length - 1;
    // the first, some in the middle that lie after others that need not be shown, and the last
    const frames = [
      ...(await framesOf(video, { last: 1 })),
      ...(await framesOf(video, { first: Math.min(7, last - 1), last: Math.min(8, last) })),
      ...(await framesOf(video, { first: last })),
    ];
    const { width, height, times, fps, stored } = video;
    read[name] = { width, height, times: [...times], fps, stored, frames };
    await video.close();
  }
  const [file, fast] = [await (await fetch('levels.mp4')).blob(), { fps: 40 }];
  const even = await openVideo(file, fast);
  const controller = new AbortController();
  const aborted = async () => {
    for await (const { index } of (await openVideo(file)).frames({ signal: controller.signal })) {
      if (index === 2) controller.abort(new Error('enough'));
    }
  };
  const broken = new Uint8Array(await (await fetch('turned.mp4')).arrayBuffer()).fill(7, 1200, 1500);
  return {
    read,
    even: { times: [...even.times], frames: (await framesOf(even)).map(({ index }) => index) },
    messages: [
      await messageOf(aborted()),
      await messageOf(openVideo(new File(['RIFF....AVI LIST'], 'x.avi'))),
      await messageOf(openVideo(new File([broken], 'broken.mp4')).then((video) => framesOf(video))),
      await messageOf(openVideo('missing.mp4')),
      await messageOf(openVideo(file, { limits: { frames: 5 } })),
    ],
  };
}

/** Some frames of the camera; after two of them nobody takes any for a while. */
async function some(frames: ReturnType<typeof cameraFrames>) {
  const found: { index: number; time: number; size: number[]; values: number }[] = [];
  for await (const { index, time, width, height, data } of frames) {
    found.push({ index, time, size: [width, height, data.length], values: new Set(data).size });
    if (found.length === 2) await new Promise((resolve) => setTimeout(resolve, 300));
    if (found.length === 4) break;
  }
  return found;
}

async function camera() {
  const opened = await openCamera({ width: 320, height: 240, fps: 20 });
  const here = await some(opened.frames());
  // a channel within the page is that to a worker
  const there = await some(cameraFrames(opened.share()));
  const waiting = opened.frames();
  await waiting.next();
  opened.stop();
  const { done } = await waiting.next().then((next) => (next.done ? next : waiting.next()));
  const { name, width, height } = opened;
  return { name, width, height, here, there, done };
}

const found: Promise<object> = (async () => ({ videos: await videos(), camera: await camera() }))();
found.catch((error: Error) => ({ error: error.message })).then((outcome) => Object.assign(globalThis, { outcome }));
