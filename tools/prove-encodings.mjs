// Proves what half floats and whole numbers of 8 bits lose on weights that others have trained: the 68 fold weights that the authors of STSTNet publish, on the flow images of
// MEGC2019, each tested on the subject that it has not seen. Then the sizes of larger networks, with random weights. Writes benchmarks/results/encodings.csv.
//
//   npm run nightly:encodings -- <folder of the flow images, with ststnet-fold-weights in it>
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [root] = process.argv.slice(2);
if (root === undefined || !existsSync(join(root, 'ststnet-fold-weights'))) {
  console.log('skipped: give the folder of the flow images of MEGC2019, with ststnet-fold-weights in it');
  process.exit(0);
}
const packages = new URL('../packages/', import.meta.url);
const { evaluateExperiment, exportNetwork, readExperiment } = await import(
  new URL('experiments/dist/index.js', packages)
);

const { createModel, exportWeights, modelParameters } = await import(new URL('models/dist/index.js', packages));
const { encodeWeights } = await import(new URL('predictor/dist/index.js', packages));

/** Networks of which sizes alone are told. */
const SIZES = ['off-apexnet', 'afn', 'efficientnet-b0', 'resnet18'];

/** UF1 of the weights as they are, and how far from it each encoding may be. */
const KNOWN = 0.720948;
const ALLOWED = { float32: 1e-6, float16: 0.002, int8: 0.02 };

const experiment = await readExperiment('ststnet-megc2019', { set: [`data.root=${JSON.stringify(root)}`] });
const weights = join(root, 'ststnet-fold-weights');
const folder = await mkdtemp(join(tmpdir(), 'mer-encodings-'));
const rows = ['network,encoding,members,bytes_per_member,bytes_of_all,uf1,uar,uf1_difference,allowed,cpu,node'];
let failed = false;
try {
  for (const [encoding, allowed] of Object.entries(ALLOWED)) {
    const { summary } = await evaluateExperiment(experiment, { weights, encoding });
    const { uf1, uar } = summary.perSeed[0].scores[0];
    const { file } = await exportNetwork(
      { experiment, weights },
      { out: join(folder, encoding), encoding, measure: false },
    );
    const bytes = file.weights.reduce((sum, member) => sum + member.bytes, 0);
    const difference = uf1 - KNOWN;
    if (!(Math.abs(difference) <= allowed)) failed = true;
    rows.push(
      [
        'ststnet (authors)',
        encoding,
        file.weights.length,
        Math.round(bytes / file.weights.length),
        bytes,
        uf1.toFixed(6),
        uar.toFixed(6),
        difference.toFixed(6),
        allowed,
        cpus()[0]?.model ?? 'unknown',
        process.version,
      ].join(','),
    );
    console.log(rows.at(-1));
  }
  for (const name of SIZES) {
    const model = createModel(name, { seed: 1 });
    const parameters = modelParameters(model);
    const arrays = await exportWeights(model);
    for (const encoding of Object.keys(ALLOWED)) {
      const bytes = encodeWeights(arrays, { encoding, parameters }).length;
      rows.push(
        [name, encoding, 1, bytes, bytes, '', '', '', '', cpus()[0]?.model ?? 'unknown', process.version].join(','),
      );
      console.log(rows.at(-1));
    }
    model.dispose();
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
if (failed) {
  console.error('an encoding loses more than is allowed');
  process.exitCode = 1;
} else {
  await writeFile(
    fileURLToPath(new URL('../benchmarks/results/encodings.csv', import.meta.url)),
    `${rows.join('\n')}\n`,
  );
}
