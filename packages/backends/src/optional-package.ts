/**
 * Loads an optional package.
 *
 * @throws Error naming the package to install when it is absent, or the cause when its import fails.
 */
export async function optionalPackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const code = (cause as { code?: string } | null)?.code ?? '';
    // Node says so by a code, Vite by a message.
    const isMissing = (/MODULE_NOT_FOUND/.test(code) || /^Could not resolve/.test(message)) && message.includes(name);
    throw new Error(
      isMissing
        ? `Cannot load ${name} as it must be installed: run "npm install ${name}"`
        : `Cannot load ${name} as its import fails: ${message}`,
      { cause },
    );
  }
}

/** Loads a package that only Node has; bundlers do not see the import. */
export function importInNode<T>(name: string): Promise<T> {
  return optionalPackage<T>(name, () => import(/* @vite-ignore */ /* webpackIgnore: true */ name));
}
