import * as tf from '@tensorflow/tfjs-core';

/**
 * Makes a registered backend the current one.
 *
 * tfjs prints the cause of a failed start to the console and returns `false`; here it is thrown instead.
 *
 * @throws Error from the backend's own factory.
 */
export async function startRegistered(name: string): Promise<void> {
  const engine = tf.engine();
  if (!(name in engine.registry)) {
    const entry = engine.registryFactory[name];
    if (entry === undefined) {
      throw new Error(`Cannot start backend ${name} as it must be registered first`);
    }
    let instance: tf.KernelBackend;
    try {
      instance = await entry.factory();
    } catch (cause) {
      const message = (cause as { message?: string } | null)?.message ?? String(cause);
      throw new Error(`Cannot start backend ${name}: ${message}`, { cause });
    }
    engine.registry[name] = instance;
  }
  await tf.setBackend(name);
}
