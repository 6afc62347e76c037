// Whole networks as ONNX beside ours: every output of onnxruntime-web and onnxruntime-node against wasm for 1 and 5 samples, and the seconds of each on one
// thread, one step of each in turn. Results: benchmarks/results/onnx.csv.
//
//   npm run nightly:onnx [-- name,name]     onnxruntime-node is installed into a temporary folder, without its scripts
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { useBackend } from '@mer/backends';
import { countParameters, createModel } from '@mer/models';
import { exportOnnx } from '@mer/predictor';
import * as tf from '@tensorflow/tfjs-core';
import * as web from 'onnxruntime-web';

const WHOLE = ['ststnet', 'htnet', 'mmnet', 'resnet18', 'tsfmicro', 'afn', 'efficientnet-b0', 'vit-b16'];
const names = process.argv[2]?.split(',') ?? WHOLE;
const table = fileURLToPath(new URL('../benchmarks/results/onnx.csv', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'mer-onnx-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
execFileSync('npm', ['install', ...quiet, 'onnxruntime-node'], { cwd: folder, stdio: 'inherit' });
const find = createRequire(join(folder, 'package.json'));
const node = (await import(pathToFileURL(find.resolve('onnxruntime-node')).href)).default;

await useBackend('wasm');
web.env.wasm.numThreads = 1;
web.env.logLevel = 'error';

const rows = [];
for (const name of names) {
  const model = createModel(name);
  const began = performance.now();
  const bytes = exportOnnx(model);
  const exportSeconds = (performance.now() - began) / 1000;
  const runtimes = {
    web: { Tensor: web.Tensor, session: await web.InferenceSession.create(bytes) },
    node: {
      Tensor: node.Tensor,
      session: await node.InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1 }),
    },
  };
  const row = { name, parameters: countParameters(model).trainable, megabytes: (bytes.length / 1e6).toFixed(2) };
  row.export_seconds = exportSeconds.toFixed(1);
  for (const samples of [1, 5]) {
    const inputs = model.inputs.map(({ shape }, i) =>
      tf.randomUniform([samples, ...shape.slice(1)], 0, 1, 'float32', 7 + i),
    );
    const ours = () => [model.apply(inputs, { training: false })].flat();
    const theirs = ({ Tensor, session }) => {
      const feeds = inputs.map((input, i) => [
        model.inputNames[i],
        new Tensor('float32', Float32Array.from(input.dataSync()), input.shape),
      ]);
      return session.run(Object.fromEntries(feeds));
    };
    const made = ours();
    const values = made.map((output) => output.dataSync());
    tf.dispose(made);
    for (const [runtime, each] of Object.entries(runtimes)) {
      const other = await theirs(each);
      row[`${runtime}_difference_${samples}`] = Math.max(
        ...values.map((output, i) => difference(output, other[model.outputNames[i]].data)),
      ).toExponential(1);
    }
    if (samples === 1) {
      const times = { wasm: [], web: [], node: [] };
      for (let round = 0; round < 7; round++) {
        times.wasm.push(
          await seconds(() => {
            const outputs = ours();
            outputs[0].dataSync();
            tf.dispose(outputs);
          }),
        );
        for (const [runtime, each] of Object.entries(runtimes)) times[runtime].push(await seconds(() => theirs(each)));
      }
      for (const [runtime, all] of Object.entries(times)) {
        row[`${runtime}_ms`] = (1000 * all.sort((a, b) => a - b)[all.length >> 1]).toFixed(1);
      }
    }
    tf.dispose(inputs);
  }
  for (const { session } of Object.values(runtimes)) await session.release();
  model.dispose();
  Object.assign(row, {
    onnxruntime_web: web.env.versions.web,
    onnxruntime_node: node.env.versions.node,
    date: new Date().toISOString().slice(0, 10),
    node_version: process.version,
    hardware: cpus()[0].model,
  });
  console.log(JSON.stringify(row));
  rows.push(row);
}

/** Largest difference, as a share of the largest number. */
function difference(a, b) {
  const largest = a.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0) / largest;
}

async function seconds(work) {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1000;
}

const cell = (value) => (/[",]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : value);
const lines = [Object.keys(rows[0]), ...rows.map((row) => Object.values(row).map(cell))];
if (process.argv[2] === undefined) writeFileSync(table, `${lines.map((line) => line.join(',')).join('\n')}\n`);
const worst = Math.max(
  ...rows.flatMap((row) =>
    Object.entries(row).flatMap(([key, value]) => (key.includes('difference') ? [Number(value)] : [])),
  ),
);
if (!(worst <= 1e-4)) {
  console.error(`Cannot accept the files as an output differs by ${worst} of the largest: 1e-4 at most`);
  process.exit(1);
}
