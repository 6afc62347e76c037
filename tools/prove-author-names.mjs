// Networks exported with the names of their authors' code, loaded by that code (strict, names and shapes), and its outputs beside ours. Weights are random, batch norms and biases
// among them; nothing of the code is in this repository: say where its checkouts lie.
//   npm run nightly:author-names -- <folder of checkouts> [name,name|all] [python]     the table goes into benchmarks/results/author-names.csv; exit status 1 where a difference is above 1e-5
// The Python that comes after the names, /usr/bin/python3 where none does, needs torch, torchvision, einops and timm.
// The checkouts by name: STSTNet, HTNet, MMNet, TSFmicro, PRICAI2021-Off-TANet, ParameterFreeRCNs-MicroExpressionRec, SKD-TSTSAN, SLSTT, CausalNet, MOL, FDP, SFAMNet, MTSN-Spot-ME-MaE; one that is absent is skipped.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { useBackend } from '@mer/backends';
import { encodeSafetensors } from '@mer/io';
import { createModel, createMtsn, createSfamnet, exportAuthorWeights, modelParameters } from '@mer/models';
import * as tf from '@tensorflow/tfjs-core';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const MOST = 1e-5;

/** The folder that a network's code lies in (none: torchvision), and the network as that code has it. */
const NETWORKS = {
  ststnet: ['STSTNet', () => createModel('ststnet', { classes: 3 })],
  htnet: ['HTNet', () => createModel('htnet', { classes: 3 })],
  mmnet: ['MMNet', () => createModel('mmnet')],
  tsfmicro: ['TSFmicro', () => createModel('tsfmicro')],
  ...Object.fromEntries(
    ['early', 'spatial-to-temporal', 'temporal-to-spatial'].map((fusion) => [
      `tsfmicro-${fusion}`,
      ['TSFmicro', () => createModel('tsfmicro', { fusion })],
    ]),
  ),
  'off-apexnet': ['PRICAI2021-Off-TANet', () => createModel('off-apexnet', { classes: 3, activation: 'linear' })],
  'rcn-a': ['ParameterFreeRCNs-MicroExpressionRec', () => createModel('rcn-a', { classes: 3 })],
  'skd-tstsan': ['SKD-TSTSAN', () => createModel('skd-tstsan', { outputs: 'all' })],
  slstt: ['SLSTT', () => createModel('slstt', { classes: 3 })],
  causalnet: ['CausalNet', () => createModel('causalnet', { classes: 3 })],
  mol: ['MOL', () => createModel('mol', { classes: 5, outputs: 'all', variant: 'released' })],
  fdp: ['FDP', () => createModel('fdp', { outputs: 'all', variant: 'released' })],
  sfamnet: ['SFAMNet', () => createSfamnet()],
  mtsn: ['MTSN-Spot-ME-MaE', () => createMtsn()],
  ...Object.fromEntries(
    ['resnet18', 'resnet50', 'vgg19', 'efficientnet-b0', 'densenet121', 'vit-b16'].map((name) => [
      name,
      [null, () => createModel(name, { classes: 5 })],
    ]),
  ),
};

const [checkouts, asked = 'all', PYTHON = '/usr/bin/python3'] = process.argv.slice(2);
if (checkouts === undefined) {
  console.error('Usage: npm run nightly:author-names -- <folder of checkouts> [name,name|all] [python]');
  process.exit(2);
}
if (spawnSync(PYTHON, ['-c', 'import torchvision']).status !== 0) {
  console.log(`skipped: ${PYTHON} has no torchvision`);
  process.exit(0);
}
const { name: backend } = await useBackend('wasm');
const folder = mkdtempSync(join(tmpdir(), 'mer-author-names-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const rows = [];
for (const name of asked === 'all' ? Object.keys(NETWORKS) : asked.split(',')) {
  const [place, create] = NETWORKS[name];
  if (place !== null && !existsSync(join(checkouts, place))) {
    console.log(`${name}: skipped, as ${checkouts} has no ${place}`);
    continue;
  }
  const model = create();
  scatter(model);
  const weights = await exportAuthorWeights(model);
  writeFileSync(join(folder, `${name}.safetensors`), encodeSafetensors(weights));
  const inputs = model.inputs.map(({ shape }, i) => tf.randomUniform([2, ...shape.slice(1)], -1, 1, 'float32', 11 + i));
  const files = inputs.map((input, i) => {
    const file = `${name}-${i}.f32`;
    writeFileSync(join(folder, file), Buffer.from(input.dataSync().slice().buffer));
    return { file, shape: input.shape };
  });
  writeFileSync(join(folder, `${name}.json`), JSON.stringify({ inputs: files }));
  const made = [model.predict(inputs.length === 1 ? inputs[0] : inputs)].flat();
  const ours = made.filter(({ rank }) => rank === 2).map((output) => output.dataSync());
  const theirs = spawnSync(PYTHON, [here('prove-author-names.py'), checkouts, folder, name], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  tf.dispose([inputs, made]);
  model.dispose();
  for (const { file } of files) rmSync(join(folder, file));
  rmSync(join(folder, `${name}.safetensors`));
  if (theirs.status !== 0) {
    const why = theirs.stderr.trim().split('\n').slice(-12).join('\n');
    console.log(`${name}: FAILED\n${why}`);
    rows.push({ network: name, verdict: 'failed' });
    continue;
  }
  const said = JSON.parse(theirs.stdout.trim().split('\n').pop());
  const worst = (of) => Math.max(...said.outputs.map((output, i) => of(output, ours[i])));
  const difference = worst(({ values }, own) => relative(own, values));
  const [toFloat64, theirsToFloat64] = [
    worst(({ precise }, own) => relative(own, precise)),
    worst(({ values, precise }) => relative(values, precise)),
  ];
  const row = {
    network: name,
    code: place ?? 'torchvision',
    arrays: said.arrays,
    missing: said.missing.length,
    parameters: said.parameters,
    outputs: said.outputs.length,
    difference: difference.toExponential(1),
    to_float64: toFloat64.toExponential(1),
    theirs_to_float64: theirsToFloat64.toExponential(1),
    verdict: verdictOf({ difference, toFloat64, theirsToFloat64, missing: said.missing.length }),
    backend,
    torch: said.torch,
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    hardware: cpus()[0].model.trim(),
  };
  rows.push(row);
  keep(row);
  console.log(`${name}: ${row.arrays} arrays, ${row.parameters} parameters, ${row.difference}, ${row.verdict}`);
}

/** Writes a row into the table, in the place of the one that it had. */
function keep(row) {
  const table = here('../benchmarks/results/author-names.csv');
  const columns = Object.keys(row);
  const before = existsSync(table) ? readFileSync(table, 'utf8').trim().split('\n').slice(1) : [];
  const lines = new Map(before.map((line) => [line.split(',')[0], line]));
  lines.set(row.network, columns.map((column) => row[column]).join(','));
  writeFileSync(table, `${[columns.join(','), ...lines.values()].join('\n')}\n`);
}

/** Weights that start alike are made to differ, so that one in the place of another is seen. */
function scatter(model) {
  modelParameters(model).forEach(({ torchName, shape, variable }, i) => {
    const flat = shape.length <= 1;
    if (!flat && Math.abs(tf.tidy(() => tf.max(tf.abs(variable.read())).dataSync()[0])) > 0) return;
    const scale =
      /running_var$|gamma$|variance$|norm.*weight$|bn.*weight$|\.g$/.test(torchName) || /\.weight$/.test(torchName);
    const [low, high] = flat && scale ? [0.5, 1.5] : [-0.1, 0.1];
    const values = tf.randomUniform(shape, low, high, 'float32', 1000 + i);
    variable.write(values);
    values.dispose();
  });
}

/** Where rounding takes the class itself further than the limit, ours may be as far from its numbers in float64. */
function verdictOf({ difference, toFloat64, theirsToFloat64, missing }) {
  if (missing > 0) return 'names missing';
  if (difference <= MOST) return 'equal';
  return toFloat64 <= 2 * theirsToFloat64 ? 'as near to float64 as theirs' : 'differs';
}

/** The largest difference, relative to the largest number. */
function relative(ours, theirs) {
  if (ours === undefined || ours.length !== theirs.length) return Number.POSITIVE_INFINITY;
  const largest = Math.max(...theirs.map(Math.abs));
  return Math.max(...theirs.map((value, i) => Math.abs(value - ours[i]))) / largest;
}

process.exit(rows.every(({ verdict }) => verdict === 'equal' || verdict.startsWith('as near')) ? 0 : 1);
