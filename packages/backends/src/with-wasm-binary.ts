import * as tf from '@tensorflow/tfjs-core';

const scheme = 'mer-wasm:';

/**
 * Runs `start` so that tfjs-backend-wasm, which takes no bytes but an address, gets these as the module that it fetches.
 *
 * @throws Error when they cannot be compiled and linked; tfjs itself would wait forever.
 */
export async function withWasmBinary(
  wasm: { version_wasm: string; setWasmPaths(prefix: string, usePlatformFetch: boolean): void },
  binary: ArrayBuffer,
  start: () => Promise<void>,
): Promise<void> {
  const { platform } = tf.env();
  const { fetch } = platform;
  const { instantiate } = WebAssembly;
  let fail: (cause: Error) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  wasm.setWasmPaths(scheme, true);
  platform.fetch = (path, init) =>
    String(path).startsWith(scheme)
      ? Promise.resolve({ ok: true, arrayBuffer: async () => binary } as Response)
      : fetch.call(platform, path, init);
  WebAssembly.instantiate = ((source: BufferSource, imports?: WebAssembly.Imports) => {
    const instance = instantiate(source, imports);
    if (source !== binary) return instance;
    return instance.catch((cause: Error) => {
      fail(cause);
      return new Promise(() => undefined);
    });
  }) as typeof instantiate;
  try {
    await Promise.race([start(), failed]);
  } catch (cause) {
    const { name, message } = cause as Error;
    if (name === 'LinkError') {
      throw new Error(
        `Cannot use backend wasm as wasmPaths must hold the files of tfjs-backend-wasm ${wasm.version_wasm}: ${message}`,
        { cause },
      );
    }
    if (/unsafe-eval|content security/i.test(message)) {
      throw new Error(
        `Cannot use backend wasm as the page must allow WebAssembly: add 'wasm-unsafe-eval' to script-src of its Content-Security-Policy: ${message}`,
        { cause },
      );
    }
    throw cause;
  } finally {
    platform.fetch = fetch;
    WebAssembly.instantiate = instantiate;
  }
}
