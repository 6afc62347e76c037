/**
 * Loads an optional package.
 *
 * @throws Error naming the package to install when it is absent.
 */
export async function optionalPackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const code = (cause as { code?: string } | null)?.code;
    const missing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
    const message = missing
      ? `Cannot load ${name} as it is not installed: run "npm install ${name}"`
      : `Cannot load ${name} as its import fails: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new Error(message, { cause });
  }
}
