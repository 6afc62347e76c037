// Every network on wasm and on `node` with the same weights and inputs; prints { passed, failed, worst }: differences by the largest output.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { useBackend } from '@mer/backends';
import { createModel, models } from '@mer/models';

const result = { passed: 0, failed: [], worst: 0, worstOf: '' };
for (const name of Object.keys(models)) {
  await useBackend('wasm');
  try {
    const model = createModel(name);
    const shapes = model.inputs.map(({ shape }) => [2, ...shape.slice(1)]);
    const inputs = shapes.map((shape, i) => tf.randomUniform(shape, -1, 1, 'float32', i + 1));
    const outputs = async () => {
      const made = [model.predict(inputs.length === 1 ? inputs[0] : inputs)].flat();
      return (await Promise.all(made.map((output) => output.data()))).flatMap((values) => [...values]);
    };
    const expected = await outputs();
    await useBackend('node');
    const found = await outputs();
    const largest = Math.max(...expected.map(Math.abs));
    const worst = Math.max(...found.map((value, i) => Math.abs(value - expected[i]))) / largest;
    if (!(worst <= 1e-4) || found.length !== expected.length) throw new Error(`they differ by ${worst}`);
    result.passed += 1;
    if (worst > result.worst) Object.assign(result, { worst, worstOf: name });
    tf.dispose(inputs);
    model.dispose();
  } catch (error) {
    result.failed.push(`${name}: ${error.message}`);
  }
}
console.log(JSON.stringify(result));
