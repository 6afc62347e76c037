// Encodes a folder of pictures as mp4 (even and varying times), webm, avi and mov at 30 and 200 frames a second, and turned by its metadata, and compares what
// @mer/io reads with what ffmpeg writes to PNG: frames, times, every pixel; WebCodecs in Node beside it. `node tools/prove-videos.mjs <folder of img1.jpg …>`; needs ffmpeg.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { decodeImage, openVideo } from '../packages/io/dist/index.js';

const pictures = process.argv[2];
if (pictures === undefined) throw new Error('Usage: node tools/prove-videos.mjs <folder of img1.jpg, img2.jpg, …>');
const root = mkdtempSync(join(tmpdir(), 'mer-prove-videos-'));
const source = join(resolve(pictures), 'img%d.jpg');
const count = readdirSync(pictures).filter((name) => /^img\d+\.jpg$/.test(name)).length;
const ffmpeg = (...args) => execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args]);
const h264 = ['-c:v', 'libx264', '-crf', '18', '-pix_fmt', 'yuv420p'];
const vp9 = ['-c:v', 'libvpx-vp9', '-b:v', '2M', '-cpu-used', '8', '-deadline', 'realtime'];

const cases = [];
for (const rate of [30, 200]) {
  const of = (name, ...args) => {
    ffmpeg('-framerate', String(rate), '-i', source, ...args, join(root, `${rate}-${name}`));
    cases.push({ name: `${rate}-${name}`, times: Array.from({ length: count }, (_, i) => i / rate) });
  };
  of('even.mp4', ...h264);
  of('even.mov', ...h264);
  of('even.webm', ...vp9);
  of('even.avi', '-c:v', 'mpeg4', '-q:v', '2', '-bf', '2');
  const step = Math.round(90000 / rate);
  const varying = (i) => (step * i + Math.floor(step / 4) * (i % 3)) / 90000;
  ffmpeg(
    ...[
      '-framerate',
      String(rate),
      '-i',
      source,
      '-vf',
      `settb=1/90000,setpts=${step}*N+${Math.floor(step / 4)}*mod(N\\,3)`,
    ],
    ...['-fps_mode', 'passthrough', '-enc_time_base', '1/90000', ...h264, join(root, `${rate}-varying.mp4`)],
  );
  cases.push({ name: `${rate}-varying.mp4`, times: Array.from({ length: count }, (_, i) => varying(i)) });
}
for (const angle of [90, 180, 270]) {
  ffmpeg(
    '-i',
    join(root, '30-even.mp4'),
    '-c',
    'copy',
    '-metadata:s:v:0',
    `rotate=${angle}`,
    join(root, `turned-${angle}.mp4`),
  );
  cases.push({ name: `turned-${angle}.mp4`, times: cases[0].times });
}

let failed = false;
const rows = [];
for (const { name, times } of cases) {
  const path = join(root, name);
  const folder = join(root, `${name}-png`);
  mkdirSync(folder);
  ffmpeg('-i', path, '-fps_mode', 'passthrough', join(folder, '%d.png'));
  const row = { name, stored: readdirSync(folder).length };
  for (const decoder of ['ffmpeg', 'webcodecs']) {
    if (decoder === 'webcodecs' && name.endsWith('.avi')) continue;
    const video = await openVideo(path, { decoder });
    let [different, mean, off] = [0, 0, 0];
    let frames = 0;
    for await (const { index, time, data, width, height } of video.frames()) {
      const png = await decodeImage(join(folder, `${index + 1}.png`));
      if (png.width !== width || png.height !== height)
        throw new Error(`${name}: ${width}x${height}, not ${png.width}x${png.height}`);
      let sum = 0;
      for (let i = 0; i < data.length; i++) {
        const difference = Math.abs(data[i] - png.data[i]);
        if (difference > 0) different++;
        sum += difference;
      }
      mean += sum / data.length / count;
      off = Math.max(off, Math.abs(time - times[index]));
      frames++;
    }
    await video.close();
    row[decoder] = {
      frames,
      fps: Number(video.fps.toFixed(3)),
      even: video.stored.constant,
      'time off, ms': Number((1000 * off).toFixed(3)),
      'different values': different,
      'mean difference': Number(mean.toFixed(3)),
    };
    const wrong =
      frames !== count ||
      off > 0.00051 + (name.includes('webm') ? 0.0005 : 0) ||
      (decoder === 'ffmpeg' ? different > 0 : mean > 3);
    if (wrong) failed = true;
  }
  rows.push(row);
  console.log(JSON.stringify(row));
}
rmSync(root, { recursive: true, force: true });
if (failed) {
  console.error('Cannot accept the videos as frames, times and pixels must be those stored: see above');
  process.exitCode = 1;
}
