// onnxruntime-web in benchmarks/models.mjs, on one thread: reads lines "<model> <batch> <repeats>" and answers each with the
// milliseconds of one pass and those that processors worked on it (means of the repeats), or "none" for a network that PyTorch
// cannot write as ONNX. Argument: a Python that has torch and torchvision.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-web';

ort.env.wasm.numThreads = 1;
const [python] = process.argv.slice(2);
const script = fileURLToPath(new URL('../tools/models/export-onnx.py', import.meta.url));

/** The network as PyTorch writes it; undefined where it cannot. */
function exported(name, batch) {
  const folder = mkdtempSync(join(tmpdir(), 'mer-onnx-'));
  try {
    const file = join(folder, 'model.onnx');
    const { status, stderr } = spawnSync(python, ['-W', 'ignore', script, name, batch, file], { encoding: 'utf8' });
    if (status === 0) return new Uint8Array(readFileSync(file));
    console.error(`${name} as ONNX: ${stderr.trim().split('\n').at(-1)}`);
    return undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function open(name, batch) {
  const bytes = exported(name, batch);
  if (bytes === undefined) return undefined;
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'] });
  const inputs = {};
  for (const { name: input, shape } of session.inputMetadata) {
    const values = Float32Array.from({ length: shape.reduce((product, side) => product * side, 1) }, Math.random);
    inputs[input] = new ort.Tensor('float32', values, shape);
  }
  return { session, inputs };
}

console.log(JSON.stringify({ version: ort.env.versions.web }));
let kept = { key: '', opened: undefined };
for await (const line of createInterface({ input: process.stdin })) {
  const [name, batch, repeats] = line.trim().split(' ');
  if (kept.key !== `${name} ${batch}`) {
    await kept.opened?.session.release();
    kept = { key: `${name} ${batch}`, opened: undefined };
    try {
      kept.opened = await open(name, batch);
    } catch (error) {
      console.error(`${name} in onnxruntime-web: ${error.message}`);
    }
  }
  if (kept.opened === undefined) {
    console.log('none');
    continue;
  }
  const { session, inputs } = kept.opened;
  const cpu = process.cpuUsage();
  const start = performance.now();
  for (let repeat = 0; repeat < Number(repeats); repeat++) await session.run(inputs);
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  console.log(`${wall / repeats} ${(user + system) / 1000 / repeats}`);
}
process.exit(0);
