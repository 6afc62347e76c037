// Makes the small videos of packages/io/test/video that are of pictures: a generated face (VP9 in webm, one micro-expression), and a test pattern that a player must turn
// (H.264 in mp4, with frames that are stored before those shown earlier). Needs ffmpeg; the tests need none. `node tools/video-fixtures.mjs`, after a build.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { useBackend } from '../packages/backends/dist/index.js';
import { syntheticRecording } from '../packages/datasets/dist/index.js';

const out = (name) => fileURLToPath(new URL(`../packages/io/test/video/${name}`, import.meta.url));
const ffmpeg = (args, input) => execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args], { input });
// as few bytes of names and versions as can be, and none that change
const plain = ['-fflags', '+bitexact', '-flags:v', '+bitexact', '-map_metadata', '-1', '-pix_fmt', 'yuv420p'];

await useBackend('wasm');
const size = 128;
const { frames, fps, intervals } = syntheticRecording({
  ...{ seconds: 4, size, micros: 1, macros: 0, amplitude: 3, seed: 5 },
  ...{ blinks: 0, turns: 0, talks: 0, gazes: 0, drift: 0.2, noise: 0, light: 0 },
});
const tensor = await frames.read(0, frames.shape[0]);
const pixels = Uint8Array.from(await tensor.data(), (value) => Math.round(255 * value));
const raw = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${size}x${size}`, '-r', String(fps), '-i', '-'];
const vp9 = ['-c:v', 'libvpx-vp9', '-crf', '34', '-b:v', '0', '-deadline', 'best', '-g', '60'];
ffmpeg([...raw, ...vp9, ...plain, out('face.webm')], Buffer.from(pixels));
console.log('face.webm:', intervals);

const h264 = ['-c:v', 'libx264', '-bf', '2', '-g', '12', '-crf', '20'];
const pattern = ['-f', 'lavfi', '-i', 'testsrc=size=64x48:rate=25', '-frames:v', '16'];
ffmpeg([...pattern, ...h264, ...plain, out('upright.mp4')]);
ffmpeg([
  '-i',
  out('upright.mp4'),
  '-c',
  'copy',
  '-fflags',
  '+bitexact',
  '-metadata:s:v:0',
  'rotate=90',
  out('turned.mp4'),
]);
rmSync(out('upright.mp4'));
