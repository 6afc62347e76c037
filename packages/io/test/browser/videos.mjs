// Video files and a camera in headless Chromium: frames, times, turning and rates are those of Node's decoder, bit for bit; errors are sentences, and the
// camera (one that Chromium makes up) gives its newest frame.
//
//   npm run test:browser        (in packages/io, after a build)
import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { FAKE_CAMERA } from '../../../../tools/chromium.mjs';
import { withVitePages } from '../../../../tools/vite-pages.mjs';
import { openVideo } from '../../dist/index.js';

const folder = fileURLToPath(new URL('../video', import.meta.url));

await withVitePages(
  new URL('.', import.meta.url),
  async (open, served) => {
    await cp(folder, served, { recursive: true });
    const began = performance.now();
    const { error, videos, camera } = await open('');
    assert.equal(error, undefined);
    await compare(videos.read);
    // frames lie at 0, 50, 100, 120, 170, ... ms: those nearest to every 25 ms
    assert.deepEqual(videos.even.times.slice(0, 3), [0, 0.025, 0.05]);
    assert.equal(videos.even.frames.length, videos.even.times.length);
    const expected = [
      /^enough$/,
      /avi by ffmpeg only/,
      /broken\.mp4 as it must be intact/,
      /missing\.mp4/,
      /at most 5/,
    ];
    for (const [i, pattern] of expected.entries()) assert.match(videos.messages[i], pattern);
    checkCamera(camera);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(`${Object.keys(videos.read).length} videos as in Node, bit for bit; ${camera.name}; ${seconds} s`);
  },
  FAKE_CAMERA,
);
process.exit();

async function compare(read) {
  let worst = 0;
  for (const [name, { frames, ...facts }] of Object.entries(read)) {
    const video = await openVideo(`${folder}/${name}`, { decoder: 'webcodecs' });
    const { width, height, times, fps, stored } = video;
    assert.deepEqual(facts, { width, height, times: [...times], fps, stored }, name);
    const wanted = new Map(frames.map((frame) => [frame.index, frame]));
    assert.equal(wanted.size, Math.min(5, times.length), name);
    for await (const { index, data, ...size } of video.frames()) {
      const frame = wanted.get(index);
      if (!frame) continue;
      assert.deepEqual([frame.width, frame.height], [size.width, size.height], name);
      const theirs = Buffer.from(frame.data, 'base64');
      assert.equal(theirs.length, data.length, name);
      for (let i = 0; i < data.length; i++) worst = Math.max(worst, Math.abs(data[i] - theirs[i]));
    }
    await video.close();
  }
  assert.equal(worst, 0, `frames are those of Node: levels differ by up to ${worst}`);
}

function checkCamera({ name, width, height, here, there, done }) {
  assert.match(name, /fake/);
  assert.equal(done, true);
  for (const frames of [here, there]) {
    assert.equal(frames.length, 4);
    for (const [i, { index, time, size, values }] of frames.entries()) {
      assert.deepEqual(size, [width, height, 3 * width * height]);
      assert(values > 20, 'the pattern of the camera is there');
      if (i > 0) assert(index > frames[i - 1].index && time > frames[i - 1].time, 'frames come one after the other');
    }
    // nobody took frames for 300 ms, and one waited
    assert(frames[3].index - frames[1].index > 2, 'those that nobody took are dropped');
  }
}
