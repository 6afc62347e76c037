// A picture, a network, training and a stored network, while another copy of tfjs is loaded: `umbrella` (works) or `copies` (one clear error).
import { useBackend } from '@mer/backends';
import { createModel, loadModel } from '@mer/models';
import { dynamicImage } from '@mer/representations';
import * as training from '@mer/training';
import * as tf from '@tensorflow/tfjs-core';

const how = process.argv[2];
const other = how === 'umbrella' ? await import('@tensorflow/tfjs') : tf;
const { name } = await useBackend('wasm');
must(other.getBackend() === name, 'both copies use one backend');

// tensors of one copy in functions of the other
const picture = dynamicImage({ frames: other.randomUniform([8, 16, 16, 3]), onset: 0, apex: 3, offset: 7 });
must(other.add(picture, 1).shape.join() === '16,16,3', 'the other copy computes with our tensors');
const model = createModel('small-cnn', { classes: 2, inputShape: [16, 16, 3] });
const values = new Float32Array(4 * 16 * 16 * 3).map((_, i) => (i < 2 * 16 * 16 * 3 ? 0.1 : 0.9));
const data = { classes: ['a', 'b'], labels: [0, 0, 1, 1], inputs: [{ shape: [16, 16, 3], values }] };
const { history } = await training.fit(model, data, { epochs: 3, batchSize: 4 });
must(history.length === 3, 'a network trains');
let stored;
await model.save(
  tf.io.withSaveHandler(async (artifacts) => {
    stored = artifacts;
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
  }),
);
try {
  const again = await loadModel(tf.io.fromMemory(stored));
  must(how === 'umbrella' && again.countParams() === model.countParams(), 'a stored network loads');
  console.log('works: pictures, training, stored networks');
} catch (error) {
  must(how === 'copies' && error.message.includes('must be installed once'), `one clear error: ${error.message}`);
  console.log('works: pictures, training; loading a stored network is one error that says what to do');
}

function must(holds, what) {
  if (!holds) throw new Error(`This does not hold: ${what}`);
}
