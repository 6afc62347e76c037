import { it } from 'vitest';
import { summarise } from '/work/main/packages/training/src/experiment/summary.js';
import { parseExperiment } from '/work/main/packages/training/src/experiment/parse.js';
it('x', () => {
  const experiment = parseExperiment({ name: 'm', data: { name: 'synthetic' }, model: { name: 'small-cnn' }, training: { epochs: 3, batchSize: 8, optimizer: { name: 'adam', learningRate: 1e-3 } } });
  const folds = [0,1,2].flatMap(seed => Array.from({length:68}, (_, s) => ({ fold: String(s), seed, epochChoice:'last', epoch:1, trained:1, validationSubjects:[], predictions: Array.from({length:6}, (_, i) => ({ id: `d${s%3}/${s}/${i}`, dataset: `d${s%3}`, subject: String(s), clip: String(i), truth: i%3, predicted: (i*7+s+seed)%3, logits:[1,2,3]})) })));
  for (let k=0;k<2;k++){ const t=performance.now(); summarise(folds as never, { experiment, classes:['a','b','c'], backend:'cpu', totalFolds:204 }); console.log('ms', performance.now()-t); }
});
