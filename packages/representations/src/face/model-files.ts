import type { GraphNetwork } from './blaze-face.js';

/** `loadGraphModel` of `@tensorflow/tfjs-converter`, as far as it is used: of an address, or of what reads the parts of a network. */
export type LoadGraphNetwork = (source: never) => Promise<GraphNetwork>;

const isNode = () => typeof process !== 'undefined' && Boolean(process.versions?.node);

/** The folder of the networks in `@vladmandic/human`. */
export function humanModels(task: string): string {
  if (!isNode()) {
    throw new TypeError(`Cannot ${task} as models must be the address of the weights: current value is none`);
  }
  // asked for at run time, so that bundlers for browsers find no Node module to resolve
  const { createRequire } = process.getBuiltinModule('node:module');
  const { dirname, join } = process.getBuiltinModule('node:path');
  try {
    return join(dirname(createRequire(import.meta.url).resolve('@vladmandic/human')), '..', 'models');
  } catch (cause) {
    throw new Error(
      `Cannot ${task} as @vladmandic/human, which has the weights, must be installed: run npm install @vladmandic/human @tensorflow/tfjs-converter`,
      { cause },
    );
  }
}

async function importConverter(task: string): Promise<LoadGraphNetwork> {
  const name = '@tensorflow/tfjs-converter';
  try {
    const module = await import(/* @vite-ignore */ /* webpackIgnore: true */ /* turbopackIgnore: true */ name);
    return module.loadGraphModel as LoadGraphNetwork;
  } catch (cause) {
    throw new Error(`Cannot ${task} as ${name} must be installed: run npm install ${name}`, { cause });
  }
}

/** Loads networks by their names from a folder (Node) or an address; `task` begins the messages. */
export function loadFromFiles(
  task: string,
  models: string,
  given?: LoadGraphNetwork,
): (name: string) => Promise<GraphNetwork> {
  return async (name) => {
    if (!given && !isNode()) {
      throw new TypeError(
        `Cannot ${task} as loadGraphModel must be given in a browser: import it from @tensorflow/tfjs-converter`,
      );
    }
    const load = given ?? (await importConverter(task));
    const source = isNode() && !/^https?:/.test(models) ? partsOf(models, name) : `${models}/${name}.json`;
    try {
      return await load(source as never);
    } catch (cause) {
      throw new Error(`Cannot ${task} as the weights of ${name} must be readable: ${models}`, { cause });
    }
  };
}

/** Reads the parts of a network from a folder, as tfjs wants them. */
function partsOf(folder: string, name: string): { load: () => Promise<unknown> } {
  return {
    async load() {
      const { readFile } = process.getBuiltinModule('node:fs/promises');
      const { join } = process.getBuiltinModule('node:path');
      const { modelTopology, weightsManifest, ...rest } = JSON.parse(
        await readFile(join(folder, `${name}.json`), 'utf8'),
      );
      const bytes = await readFile(join(folder, `${name}.bin`));
      const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
      return { modelTopology, weightSpecs: weightsManifest[0].weights, weightData, ...rest };
    },
  };
}
