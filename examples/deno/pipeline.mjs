/** A generated clip as a dynamic image and the answer of an untrained network, on wasm, in Deno. */
import { useBackend } from '@mer/backends';
import { createSyntheticDataset } from '@mer/datasets';
import { encodeImage } from '@mer/io';
import { createSmallCnn } from '@mer/models';
import { displayImage, trdi } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';

const { name } = await useBackend('wasm');
const clip = await createSyntheticDataset({ size: 64 }).readClip(0);
const image = trdi(clip);
const png = await encodeImage(await displayImage(image), 'png');
await Deno.writeFile('picture.png', png);
const network = createSmallCnn({ classes: 3, inputShape: [64, 64, 3] });
const classes = tf.softmax(network.predictOnBatch(tf.expandDims(image, 0)));
console.log(`Deno ${Deno.version.deno}, ${name}: picture.png of ${png.length} bytes, ${await classes.data()}`);
