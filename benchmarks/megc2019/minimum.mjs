// How near the two linear rows came to the minimum of their convex losses, which are trained by a fixed number of steps: each fold solved again in float64,
// by L-BFGS in the span of its training clips, and the answers compared. After the rows are trained:
//   node benchmarks/megc2019/minimum.mjs --data <folder of megc2019-flow28>      writes benchmarks/results/megc2019-minimum.csv
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { useBackend } from '@mer/backends';
import { experimentFolds, openExperimentData, prepareData, readExperiment, readFold } from '@mer/experiments';
import { leastOf } from './lbfgs.mjs';

const { values } = parseArgs({ options: { data: { type: 'string' } } });
if (!values.data) {
  console.error('Cannot compare as --data must name the folder of the flow images (megc2019-flow28)');
  process.exit(2);
}
const CLASSES = 3;
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
await useBackend('wasm');

/** Loss of one clip and its slope, from its logits. */
const LOSSES = {
  'logistic-regression'(logits, label) {
    const most = Math.max(...logits);
    const powers = logits.map((logit) => Math.exp(logit - most));
    const sum = powers.reduce((a, b) => a + b);
    return {
      loss: Math.log(sum) - (logits[label] - most),
      slope: powers.map((power, k) => power / sum - (k === label)),
    };
  },
  'linear-svm'(logits, label) {
    const signs = logits.map((_, k) => (k === label ? 1 : -1));
    const lacks = logits.map((logit, k) => Math.max(0, 1 - signs[k] * logit));
    return {
      loss: lacks.reduce((sum, lack) => sum + lack ** 2, 0),
      slope: lacks.map((lack, k) => -2 * signs[k] * lack),
    };
  },
};

const lines = ['row,folds,clips,other_answers,largest_logit_difference,mean_logit_difference,uf1_minimum,gradient'];
for (const [row, recipe] of [
  ['logistic-regression', 'baseline-logistic-megc2019'],
  ['linear-svm', 'baseline-svm-megc2019'],
]) {
  const experiment = await readExperiment(recipe, { set: [`data.root=${JSON.stringify(values.data)}`] });
  const data = await prepareData(await openExperimentData(experiment), experiment);
  const products = productsOf(imagesOf(data));
  const confusion = Array.from({ length: CLASSES }, () => new Float64Array(CLASSES));
  const seen = { folds: 0, clips: 0, others: 0, largest: 0, sum: 0, gradient: 0 };
  for (const fold of experimentFolds(data.samples, experiment.protocol, 0)) {
    const trained = await readFold(here(`../results/megc2019/${row}`), 0, fold.name);
    if (!trained) continue;
    const { logitsOf, gradient } = solve(products, data.labels, fold.train, {
      lossOf: LOSSES[row],
      decay: experiment.training.optimizer.weightDecay,
    });
    for (const [i, sample] of fold.test.entries()) {
      const { logits, predicted } = trained.predictions[i];
      const least = logitsOf(sample);
      const answer = least.indexOf(Math.max(...least));
      const off = Math.max(...least.map((logit, k) => Math.abs(logit - logits[k])));
      confusion[data.labels[sample]][answer] += 1;
      seen.others += answer !== predicted;
      seen.largest = Math.max(seen.largest, off);
      seen.sum += off;
      seen.clips += 1;
    }
    seen.folds += 1;
    seen.gradient = Math.max(seen.gradient, gradient);
  }
  const uf1 = confusion.reduce((sum, truths, k) => {
    const predicted = confusion.reduce((total, each) => total + each[k], 0);
    return sum + (2 * truths[k]) / (truths.reduce((a, b) => a + b) + predicted) / CLASSES;
  }, 0);
  const { folds, clips, others, largest, sum, gradient } = seen;
  lines.push(
    [
      row,
      folds,
      clips,
      others,
      largest.toFixed(4),
      (sum / clips).toFixed(4),
      uf1.toFixed(4),
      gradient.toExponential(1),
    ].join(','),
  );
  console.log(lines.at(-1));
}
await writeFile(here('../results/megc2019-minimum.csv'), `${lines.join('\n')}\n`);
process.exit();

function imagesOf({ labels, inputs: [input] }) {
  const size = input.shape.reduce((product, side) => product * side, 1);
  return labels.map((_, row) => {
    const values = new Float32Array(size);
    if (input.values) values.set(input.values.subarray(row * size, (row + 1) * size));
    else input.read(row, values);
    return Float64Array.from(values);
  });
}

/** Inner products of all clips, each with a 1 for the bias, which decays as the weights do. */
function productsOf(images) {
  const products = images.map(() => new Float64Array(images.length));
  for (const [i, a] of images.entries()) {
    for (const [j, b] of images.slice(0, i + 1).entries()) {
      let sum = 1;
      for (let d = 0; d < a.length; d++) sum += a[d] * b[d];
      products[i][j] = sum;
      products[j][i] = sum;
    }
  }
  return products;
}

/** The minimum of mean loss + decay / 2 |w|^2, with w = sum of coefficients times training clips. */
function solve(products, labels, train, { lossOf, decay }) {
  const rows = train.map((i) => Float64Array.from(train, (j) => products[i][j]));
  const spread = (coefficients) => {
    const result = new Float64Array(coefficients.length);
    for (const [i, row] of rows.entries()) {
      for (let j = 0; j < row.length; j++) {
        for (let k = 0; k < CLASSES; k++) result[i * CLASSES + k] += row[j] * coefficients[j * CLASSES + k];
      }
    }
    return result;
  };
  const evaluate = (coefficients, spreadOnes) => {
    const slopes = new Float64Array(coefficients.length);
    let value = 0;
    for (const [i, sample] of train.entries()) {
      const logits = [0, 1, 2].map((k) => spreadOnes[i * CLASSES + k]);
      const { loss, slope } = lossOf(logits, labels[sample]);
      value += loss / train.length;
      for (let k = 0; k < CLASSES; k++) {
        const at = i * CLASSES + k;
        slopes[at] = slope[k] / train.length + decay * coefficients[at];
        value += (decay / 2) * coefficients[at] * spreadOnes[at];
      }
    }
    return { value, slopes };
  };
  const { point, gradient } = leastOf({ size: train.length * CLASSES, spread, evaluate });
  const logitsOf = (sample) => {
    const logits = [0, 0, 0];
    for (const [j, index] of train.entries()) {
      for (let k = 0; k < CLASSES; k++) logits[k] += products[sample][index] * point[j * CLASSES + k];
    }
    return logits;
  };
  return { logitsOf, gradient };
}
