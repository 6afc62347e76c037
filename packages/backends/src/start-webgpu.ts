import type { StartedBackend } from './backend-info.js';
import { lowerManyAxes } from './gpu-kernels/many-axes.js';
import { shortenReductions } from './gpu-kernels/short-reductions.js';
import type { WebgpuPackage } from './load-packages.js';
import { importInNode } from './optional-package.js';
import { builtin, isNode, requireFromHere } from './platform.js';
import { startRegistered } from './start-registered.js';
import { softwareRenderer } from './start-webgl.js';

type AdapterInfo = { vendor?: string; architecture?: string; device?: string; description?: string };
type Adapter = { info?: AdapterInfo; isFallbackAdapter?: boolean };
type Gpu = { requestAdapter(options?: object): Promise<Adapter | null> };

/** The npm package `webgpu` (Dawn). */
type Dawn = { create(options: string[]): Gpu; globals: Record<string, unknown> };

// Dawn must outlive every object made of it.
let dawnGpu: Gpu | undefined;

/** The page's WebGPU, or Dawn's in Node. */
async function findGpu(): Promise<Gpu | undefined> {
  const own = (globalThis.navigator as { gpu?: Gpu } | undefined)?.gpu;
  if (own !== undefined || !isNode) return own;
  if (dawnGpu === undefined) {
    const { create, globals } = await importInNode<Dawn>('webgpu');
    for (const [name, value] of Object.entries(globals)) {
      if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    }
    dawnGpu = create([]);
  }
  return dawnGpu;
}

async function describeAdapter(gpu: Gpu): Promise<{ device: string; isSoftware: boolean } | undefined> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) return undefined;
  const { vendor, architecture, device, description } = adapter.info ?? {};
  const name = description || [vendor, architecture, device].filter(Boolean).join(' ') || 'unnamed adapter';
  const isSoftware =
    adapter.isFallbackAdapter === true ||
    [vendor, architecture, device, description].some((part) => softwareRenderer.test(part ?? ''));
  return { device: name, isSoftware };
}

/** Whether Vulkan's loader would find a driver; Dawn prints a stack trace when it does not. */
function hasVulkanDriver(): boolean {
  if (process.platform !== 'linux') return true;
  const { env } = process;
  if (env['VK_ICD_FILENAMES'] || env['VK_DRIVER_FILES'] || env['VK_ADD_DRIVER_FILES']) return true;
  const { readdirSync } = builtin<typeof import('node:fs')>('node:fs');
  const home = env['HOME'] ?? '/';
  const folders = [
    ...(env['XDG_CONFIG_DIRS'] || '/etc/xdg').split(':'),
    ...(env['XDG_DATA_DIRS'] || '/usr/local/share:/usr/share').split(':'),
    env['XDG_CONFIG_HOME'] || `${home}/.config`,
    env['XDG_DATA_HOME'] || `${home}/.local/share`,
    '/etc',
    '/usr/local/etc',
    '/usr/share',
  ];
  return folders.some((folder) => {
    try {
      return readdirSync(`${folder}/vulkan/icd.d`).length > 0;
    } catch {
      return false;
    }
  });
}

/** Advice when there is no adapter. */
function cure(): string {
  return isNode
    ? 'install a Vulkan (Linux), Metal (macOS) or Direct3D 12 (Windows) driver; without a graphics card, SwiftShader serves: ' +
        'point VK_ICD_FILENAMES at the vk_swiftshader_icd.json that comes with Chromium'
    : 'update the browser and its graphics driver, and serve the page over https or from localhost';
}

/**
 * What WebGPU would run on.
 *
 * @throws Error with cause and cure when there is none.
 */
export async function probeWebgpu(): Promise<{ device: string; isSoftware: boolean }> {
  if (isNode && !hasVulkanDriver()) {
    throw new Error(`Cannot use backend webgpu as there is no graphics driver: ${cure()}`);
  }
  const gpu = await findGpu();
  if (gpu === undefined) throw new Error(`Cannot use backend webgpu as this browser has no WebGPU: ${cure()}`);
  const adapter = await describeAdapter(gpu);
  if (adapter === undefined) throw new Error(`Cannot use backend webgpu as there is no graphics adapter: ${cure()}`);
  return adapter;
}

/** Starts the WebGPU backend; in Node on Dawn, from the npm package `webgpu`. */
export async function startWebgpu(load: () => Promise<WebgpuPackage>): Promise<StartedBackend> {
  const adapter = await probeWebgpu();
  if (isNode) defineNavigatorGpu((await findGpu())!);
  const { version_webgpu } = await load();
  await startRegistered('webgpu');
  lowerManyAxes('webgpu');
  shortenReductions();
  return { ...adapter, simd: false, relaxedSimd: false, threads: 1, version: version_webgpu ?? packageVersion() };
}

/** tfjs looks for `navigator.gpu` when its backend is imported. */
function defineNavigatorGpu(gpu: Gpu): void {
  const target = globalThis as { navigator?: { gpu?: Gpu } };
  if (target.navigator === undefined) {
    Object.defineProperty(globalThis, 'navigator', {
      value: { userAgent: `Node.js/${process.versions.node.split('.')[0]}` },
      configurable: true,
    });
  }
  if (target.navigator!.gpu === undefined) {
    Object.defineProperty(target.navigator!, 'gpu', { value: gpu, configurable: true });
  }
}

/** The backend does not export its version; its package.json can be read in Node, unless all is in a bundle. */
function packageVersion(): string {
  if (!isNode) return 'unknown';
  try {
    return (requireFromHere()('@tensorflow/tfjs-backend-webgpu/package.json') as { version: string }).version;
  } catch {
    return 'unknown';
  }
}
