import * as tf from '@tensorflow/tfjs-core';
import type { StartedBackend } from './backend-info.js';
import { type BackendName, backendTraits } from './backend-traits.js';
import { repairNodeKernels } from './node-kernels.js';
import { importInNode } from './optional-package.js';
import { builtin, isInstalled, isNode, nodeMajor } from './platform.js';
import { startRegistered } from './start-registered.js';

/** What is used of tfjs-node. */
type TfjsNode = { version?: Record<string, string> };

/** The native backends. */
type NodeBackend = Extract<BackendName, 'node' | 'node-gpu'>;

let loaded: NodeBackend | undefined;

/** Why a native backend cannot be tried; undefined when it can. */
export function nodeObstacle(name: NodeBackend): string | undefined {
  if (!isNode) return `Cannot use backend ${name} as it runs in Node only: use webgpu, webgl, wasm or cpu`;
  if (loaded !== undefined && loaded !== name) {
    return `Cannot use backend ${name} as ${loaded} is loaded: one process has room for one of them`;
  }
  return undefined;
}

/** Puts back what tfjs-node calls of `util`: a function that Node 23 removed, and one that warns or is removed. */
export function restoreUtil(): void {
  const util = builtin<Record<string, unknown>>('node:util');
  util['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  util['isArray'] = Array.isArray;
}

/** The environment variables that choose the instructions of oneDNN, TensorFlow's library for processors; the first that is set counts. */
const isaNames = ['ONEDNN_MAX_CPU_ISA', 'DNNL_MAX_CPU_ISA'] as const;

/**
 * Keeps oneDNN to AVX2 unless the environment says otherwise, and tells what it keeps to; must come before the library loads. With AVX-512 the oneDNN of
 * TensorFlow 2.9 writes past its memory in the gradients of convolutions: training ends in a crash.
 *
 * @throws Error in a worker thread whose environment does not say so already: what a thread sets does not reach the library.
 */
export function limitOneDnn(
  env: NodeJS.ProcessEnv = process.env,
  ownsEnvironment = isMainThread(),
): string | undefined {
  if (process.arch !== 'x64') return undefined;
  if (env['TF_ENABLE_ONEDNN_OPTS'] === '0') return 'without oneDNN';
  if (isaNames.every((name) => env[name] === undefined)) {
    if (!ownsEnvironment) {
      throw new Error(
        "Cannot use backend node in a worker thread as DNNL_MAX_CPU_ISA must be set before the thread starts, or training may corrupt memory: set process.env.DNNL_MAX_CPU_ISA = 'AVX2' in the main thread first, or use a child process",
      );
    }
    env['DNNL_MAX_CPU_ISA'] = 'AVX2';
  }
  return `oneDNN up to ${isaNames.map((name) => env[name]).find((isa) => isa !== undefined)}`;
}

const isMainThread = () => builtin<typeof import('node:worker_threads')>('node:worker_threads').isMainThread;

/** Starts TensorFlow's C library, on the processor or on a graphics card. */
export async function startNode(
  name: NodeBackend,
  load: (name: string) => Promise<TfjsNode> = importInNode,
): Promise<StartedBackend> {
  const obstacle = nodeObstacle(name);
  if (obstacle !== undefined) throw new Error(obstacle);
  restoreUtil();
  const limit = limitOneDnn();
  let module: TfjsNode;
  try {
    module = await load(backendTraits(name).package);
  } catch (cause) {
    throw new Error(`${(cause as Error).message}${advice(name)}`, { cause });
  }
  loaded = name;
  await startRegistered('tensorflow');
  repairNodeKernels();
  const isGpu = (tf.backend() as { isUsingGpuDevice?: boolean }).isUsingGpuDevice === true;
  if (backendTraits(name).onDevice && !isGpu) {
    throw new Error(
      'Cannot use backend node-gpu as TensorFlow finds no graphics card: install CUDA and cuDNN, or use node',
    );
  }
  const threads =
    Number(process.env['TF_NUM_INTRAOP_THREADS']) ||
    builtin<typeof import('node:os')>('node:os').availableParallelism();
  const version = module.version?.['tfjs-node'] ?? 'unknown';
  const device = limit === undefined ? 'CPU' : `CPU, ${limit}`;
  return { device: isGpu ? 'GPU' : device, simd: false, relaxedSimd: false, threads, version };
}

function advice(name: NodeBackend): string {
  const notes: string[] = [];
  if (isInstalled(backendTraits(name).package)) {
    notes.push(
      'its native part may be missing: let npm run its install script, or run "npm rebuild --build-addon-from-source"',
    );
    if (nodeMajor >= 23) notes.push('it is made for Node 22 and older');
    if (!isMainThread()) {
      notes.push('in worker threads it loads once per process: use child processes');
    }
  }
  return notes.map((note) => `; ${note}`).join('');
}
