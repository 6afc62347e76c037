import { useBackend } from '@mer/backends';
import { createModel, type ModelName } from '@mer/models';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { exportTfjsLayers, type TfjsLayersFiles } from './export-tfjs-layers.js';

beforeAll(async () => {
  await useBackend('wasm');
});

/** Both files where a page has them. */
function served(files: TfjsLayersFiles): tf.io.IOHandler {
  const fetchFunc = async (path: string) => {
    const name = path.slice(path.lastIndexOf('/') + 1) as keyof TfjsLayersFiles;
    const type = name.endsWith('.json') ? 'application/json' : 'application/octet-stream';
    return new Response(files[name] as Uint8Array<ArrayBuffer>, { headers: { 'Content-Type': type } });
  };
  return tf.io.http('https://page.example/network/model.json', { fetchFunc: fetchFunc as typeof fetch });
}

class Forgetful extends tfl.layers.Layer {
  static className = 'Forgetful';
  private readonly factor: number;
  constructor(args: { name?: string; factor?: number } = {}) {
    super({ name: args.name } as never);
    this.factor = args.factor ?? 1;
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.mul([inputs].flat()[0]!, this.factor);
  }
}
class Unheard extends Forgetful {
  static override className = 'Unheard';
}

const around = (layer: tfl.layers.Layer) => {
  const input = tfl.input({ shape: [3], name: 'image' });
  const dense = tfl.layers.dense({ units: 2, name: 'dense' }).apply(input);
  return tfl.model({ inputs: input, outputs: layer.apply(dense) as tfl.SymbolicTensor, name: 'own' });
};

describe('exportTfjsLayers()', () => {
  it.each(['ststnet', 'tsfmicro', 'slstt'] satisfies ModelName[])(
    'writes %s, which tf.loadLayersModel gives back',
    async (name) => {
      const model = createModel(name, { classes: 3, preset: 'small' } as never);
      const before = tf.memory().numTensors;
      const again = await tfl.loadLayersModel(served(await exportTfjsLayers(model)));
      const inputs = model.inputs.map(({ shape }, i) =>
        tf.randomUniform([2, ...(shape.slice(1) as number[])], 0, 1, 'float32', 5 + i),
      );
      const outputs = [model, again].map((each) => each.predict(inputs) as tf.Tensor);
      expect(outputs[1]!.dataSync()).toEqual(outputs[0]!.dataSync());
      tf.dispose([inputs, outputs]);
      again.dispose();
      expect(tf.memory().numTensors).toBe(before);
      model.dispose();
    },
  );

  it('names a layer that is not registered, gives no options, or does something else when it is made again', async () => {
    await expect(exportTfjsLayers(around(new Unheard({ name: 'mine' })))).rejects.toThrow(
      'Cannot export own as a layers model as the class of each layer must be registered: that of mine (Unheard) is not; call tf.serialization.registerClass()',
    );
    tf.serialization.registerClass(Forgetful);
    await expect(exportTfjsLayers(around(new Forgetful({ name: 'mine', factor: 1 })))).resolves.toBeDefined();
    await expect(exportTfjsLayers(around(new Forgetful({ name: 'mine', factor: 3 })))).rejects.toThrow(
      'as each layer must do the same when it is made again: mine (Forgetful) does not; does its getConfig() give all of its options?',
    );
    const silent = new Forgetful({ name: 'mine' });
    silent.getConfig = () => {
      throw new Error('no options');
    };
    await expect(exportTfjsLayers(around(silent))).rejects.toThrow('getConfig() of mine (Forgetful) fails: no options');
  });
});
