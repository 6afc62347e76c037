// A machine that prepares pictures with a store: prints `made` for each sample of which it makes some, and what it is told.
//
//   node tools/prove-store/prepare.mjs <store> <cache>
import { openExperimentData, openStore, parseExperiment, prepareData } from '@mer/experiments';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';

const [url, cache] = process.argv.slice(2);
await tf.setBackend('cpu');
const experiment = parseExperiment({
  name: 'shared',
  model: { name: 'small-cnn' },
  training: { epochs: 1, batchSize: 2, optimizer: { name: 'adam', learningRate: 0.01 } },
  data: { name: 'synthetic', options: { subjects: 4, clipsPerSubject: 3, size: 48, frames: 12 } },
  inputs: [{ steps: ['trdi'] }, { steps: ['dynamic-image'] }],
});
const data = await prepareData(await openExperimentData(experiment), experiment, {
  cache,
  store: await openStore(url),
  onProgress: () => console.log('made'),
  onNote: console.log,
});
data.close();
