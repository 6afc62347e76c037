import * as tf from '@tensorflow/tfjs-core';
import type { StartedBackend } from './backend-info.js';
import { lowerManyAxes } from './gpu-kernels/many-axes.js';
import type { WebglPackage } from './load-packages.js';
import { isNode } from './platform.js';
import { startRegistered } from './start-registered.js';

/** Names under which graphics interfaces are emulated on the processor. */
export const softwareRenderer = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render|warp/i;

/** Name of the graphics adapter behind a WebGL context. */
function rendererOf(gl: WebGLRenderingContext | WebGL2RenderingContext): string {
  const unmasked = gl.getExtension('WEBGL_debug_renderer_info');
  return String(gl.getParameter(unmasked ? unmasked.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
}

/** Name of the graphics adapter that WebGL would use; undefined when there is none. */
export function probeWebgl(): string | undefined {
  if (isNode) return undefined;
  const canvas = typeof OffscreenCanvas === 'undefined' ? document.createElement('canvas') : new OffscreenCanvas(1, 1);
  const gl = (canvas.getContext('webgl2') ?? canvas.getContext('webgl')) as WebGL2RenderingContext | null;
  if (gl === null) return undefined;
  const renderer = rendererOf(gl);
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return renderer;
}

/** Starts the WebGL backend. */
export async function startWebgl(load: () => Promise<WebglPackage>): Promise<StartedBackend> {
  if (isNode) {
    throw new Error('Cannot use backend webgl as Node has no WebGL: use webgpu, node, wasm or cpu');
  }
  if (probeWebgl() === undefined) {
    throw new Error('Cannot use backend webgl as this browser gives no WebGL context: enable hardware acceleration');
  }
  const { version_webgl } = await load();
  await startRegistered('webgl');
  lowerManyAxes('webgl');
  const { gl } = (tf.backend() as unknown as { gpgpu: { gl: WebGL2RenderingContext } }).gpgpu;
  const device = rendererOf(gl);
  return {
    device,
    simd: false,
    relaxedSimd: false,
    threads: 1,
    version: version_webgl,
    isSoftware: softwareRenderer.test(device),
  };
}
