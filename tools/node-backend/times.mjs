// Time of a prediction of one image, ResNet-18 and ViT-B/16, on the backend that is named; prints the best of eleven in ms, which other programs disturb least.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { useBackend } from '@mer/backends';
import { createModel } from '@mer/models';

tf.enableProdMode();
const { device } = await useBackend(process.argv[2]);
const times = { device };
for (const name of ['resnet18', 'vit-b16']) {
  const model = createModel(name, { classes: 5 });
  const image = tf.randomUniform([1, ...model.inputs[0].shape.slice(1)], -1, 1, 'float32', 1);
  const taken = [];
  for (let i = 0; i < 14; i++) {
    const begun = performance.now();
    const output = model.predict(image);
    await output.data();
    output.dispose();
    if (i >= 3) taken.push(performance.now() - begun);
  }
  times[name] = Math.round(Math.min(...taken));
  model.dispose();
}
console.log(JSON.stringify(times));
