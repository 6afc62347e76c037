// The networks that papers start from, with state dicts of torchvision's own names read from .pth files: logits beside PyTorch's, and what AFN, DIANet, FMANet and SLSTT
// take of them as a backbone. For a nightly run, after `npm run build`; needs Python with torchvision, and says so and ends with status 0 where there is none:
//   npm run nightly:starts [-- resnet18 vgg19]    the table goes into benchmarks/results/starts.csv; exit status 1 where a difference is above 1e-5
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { useBackend } from '@mer/backends';
import { readWeights } from '@mer/io';
import { createModel, findModel, loadBackbone, loadWeights } from '@mer/models';
import * as tf from '@tensorflow/tfjs-core';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const PYTHON = '/usr/bin/python3';
const NETWORKS = ['resnet18', 'resnet50', 'vgg19', 'efficientnet-b0', 'densenet121', 'vit-b16'];
/** Networks of papers that have one as a backbone. */
const USERS = { resnet18: ['afn', 'dianet', 'fmanet'] };
const MOST = 1e-5;

if (spawnSync(PYTHON, ['-c', 'import torchvision']).status !== 0) {
  console.log(`skipped: ${PYTHON} has no torchvision`);
  process.exit(0);
}
const asked = process.argv.slice(2);
const names = asked.length > 0 ? asked : NETWORKS;
const { name: backend } = await useBackend('wasm');
const folder = mkdtempSync(join(tmpdir(), 'mer-starts-'));
const rows = [];
try {
  for (const name of names) {
    const made = spawnSync(PYTHON, [here('models/torchvision_starts.py'), folder, name], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    if (made.status !== 0) throw new Error(`${name}: the reference could not be made`);
    const said = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
    const arrays = await readWeights(join(folder, `${name}.pth`));
    const model = createModel(name, { classes: 1000 });
    const { loaded } = loadWeights(model, arrays);
    const bytes = readFileSync(join(folder, `${name}.f32`));
    const images = tf.tensor4d(new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4), [2, 224, 224, 3]);
    const logits = await model.predict(images).array();
    const worst = (a, b) => Math.max(...a.flat().map((value, i) => Math.abs(value - b.flat()[i])));
    const largest = Math.max(...said.float64.flat().map(Math.abs));
    const row = {
      network: name,
      parameters: said.parameters,
      declared: findModel(name).parameters.trainable,
      arrays: loaded.length,
      largest_logit: largest,
      to_pytorch: worst(logits, said.logits),
      to_float64: worst(logits, said.float64),
      pytorch_to_float64: worst(said.logits, said.float64),
    };
    row.relative = row.to_pytorch / Math.max(1, largest);
    row.backbone_of = (USERS[name] ?? [])
      .map((user) => {
        const network = createModel(user, { classes: 5 });
        const report = loadBackbone(network, arrays);
        network.dispose();
        return `${user} ${report.loaded.length}`;
      })
      .join('; ');
    tf.dispose(images);
    model.dispose();
    rows.push({ ...row, backend, torch: said.torch, torchvision: said.torchvision });
    for (const ending of ['pth', 'json', 'f32']) rmSync(join(folder, `${name}.${ending}`));
    console.log(name, JSON.stringify(row));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const about = {
  date: new Date().toISOString().slice(0, 10),
  node: process.version,
  hardware: `${cpus()[0].model.trim()} x ${cpus().length}`,
};
const out = here('../benchmarks/results/starts.csv');
const header = Object.keys({ ...rows[0], ...about });
const shown = (value) => (typeof value === 'number' && !Number.isInteger(value) ? value.toPrecision(3) : `${value}`);
const lines = rows.map((row) =>
  Object.values({ ...row, ...about }).map((value) => `"${shown(value).replaceAll('"', '""')}"`),
);
if (asked.length === 0)
  writeFileSync(out, `${[header.join(','), ...lines.map((cells) => cells.join(','))].join('\n')}\n`);
const wrong = rows.filter(({ relative, parameters, declared }) => !(relative <= MOST) || parameters !== declared);
for (const { network, relative } of wrong)
  console.error(`${network}: ${relative} of the largest logit, or another number of parameters`);
process.exitCode = wrong.length > 0 ? 1 : 0;
