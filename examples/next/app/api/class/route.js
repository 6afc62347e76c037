import { useBackend as startBackend } from '@mer/backends';
import { createSyntheticDataset } from '@mer/datasets';
import { createSmallCnn } from '@mer/models';
import { trdi } from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';

export const dynamic = 'force-dynamic';

/** Loaded once per process. */
const model = startBackend('wasm').then(() => createSmallCnn({ classes: 3, inputShape: [64, 64, 3] }));

/** Class probabilities of a generated clip, computed on the server. */
export async function GET() {
  const network = await model;
  const clip = await createSyntheticDataset({ size: 64 }).readClip(0);
  const classes = tf.tidy(() => tf.softmax(network.predictOnBatch(tf.expandDims(trdi(clip), 0))).dataSync());
  clip.frames.dispose();
  return Response.json({ classes: Array.from(classes) });
}
