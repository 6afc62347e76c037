// Training steps as `fit` of @mer/training takes them, on made-up samples: one batch an epoch.
import { fit as train } from '@mer/training';

/** Classes of the networks that train. */
export const CLASSES = 5;

/** As many samples as one batch, with values from 0 to 1 that depend on nothing but their place. */
function madeUpData(model, batch) {
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const inputs = model.inputs.map((input) => {
    const shape = input.shape.slice(1);
    return { shape, values: Float32Array.from({ length: batch * shape.reduce((size, side) => size * side, 1) }, next) };
  });
  const classes = Array.from({ length: CLASSES }, (_, index) => `class ${index}`);
  return { classes, labels: Array.from({ length: batch }, (_, index) => index % CLASSES), inputs };
}

const ADAM = { name: 'adam', learningRate: 1e-4 };

/** Takes training steps and calls `onStep` after each, with the loss before it. */
export async function takeSteps(model, { batch, steps, optimizer = ADAM, onStep }) {
  const data = madeUpData(model, batch);
  await train(model, data, {
    epochs: steps,
    batchSize: batch,
    optimizer,
    onEpoch: ({ loss }) => onStep(loss),
  });
}
