import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import sharp from 'sharp';
import * as R from './dist/index.js';

await tf.setBackend('wasm');
await tf.ready();
const N = 224;
async function face(from, to) {
  const list = [];
  for (let i = from; i <= to; i++) {
    const { data } = await sharp(`/work/shared/data/face-clip/img${i}.jpg`)
      .extract({ left: 210, top: 40, width: 260, height: 260 })
      .resize(N, N)
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    list.push(
      tf.tensor3d(
        Float32Array.from(data, (v) => v / 255),
        [N, N, 3],
      ),
    );
  }
  return tf.stack(list);
}
const frames = await face(1, 24);
const clip = { frames, onset: 0, apex: 11, offset: 23 };
const out = [];
for (const [name, opts] of [
  ['frame', { at: 'onset' }],
  ['frame', { at: 'apex' }],
  ['dynamic-image', {}],
  ['dynamic-image', { scaling: 'min-max' }],
  ['midi', {}],
  ['rank-pooling', {}],
  ['mesti', {}],
  ['flow-color', {}],
  ['flow-color', { style: 'middlebury' }],
  ['cof', {}],
  ['mm-cof', {}],
  ['mm-cof', { output: 'hsv' }],
  ['u-v-strain', { size: 224 }],
  ['frame-difference', { scaling: 'symmetric' }],
  ['flow-color', { flow: 'farneback' }],
  ['flow-color', { flow: 'horn-schunck' }],
]) {
  const t = performance.now();
  const im = R.createRepresentation(name, opts)(clip);
  const px = Uint8Array.from(im.dataSync(), (v) => Math.round(255 * v));
  out.push({ px });
  console.log(name, JSON.stringify(opts), (performance.now() - t).toFixed(0) + 'ms');
}
const cols = 4,
  rows = Math.ceil(out.length / cols);
await sharp({ create: { width: cols * N, height: rows * N, channels: 3, background: '#fff' } })
  .composite(
    out.map(({ px }, i) => ({
      input: Buffer.from(px),
      raw: { width: N, height: N, channels: 3 },
      left: (i % cols) * N,
      top: Math.floor(i / cols) * N,
    })),
  )
  .png()
  .toFile('/tmp/rep/look.png');
