/**
 * The error of an optional package whose import failed: it names the package to install when that is absent, or else the cause.
 *
 * An import of an optional package has to stand, with the package's name as plain text, straight inside a `try` block: only there do webpack and esbuild
 * take an absent one for what it is, optional; inside a function that is called there it breaks the build.
 */
export function optionalPackageError(name: string, cause: unknown): Error {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new Error(
    isMissing(name, cause, message)
      ? `Cannot load ${name} as it must be installed: run "npm install ${name}"`
      : `Cannot load ${name} as its import fails: ${message}`,
    { cause },
  );
}

/** Node and webpack say so by a code, Vite by a message; other bundlers leave the name to the browser, which can make nothing of it. */
function isMissing(name: string, cause: unknown, message: string): boolean {
  if (!message.includes(name)) return false;
  const code = (cause as { code?: string } | null)?.code ?? '';
  return (
    /MODULE_NOT_FOUND/.test(code) || /^Could not resolve|module specifier|bare specifier|module name/i.test(message)
  );
}

/** Loads a package that only Node has; bundlers do not see the import. */
export async function importInNode<T>(name: string): Promise<T> {
  try {
    return await import(/* @vite-ignore */ /* webpackIgnore: true */ /* turbopackIgnore: true */ name);
  } catch (cause) {
    throw optionalPackageError(name, cause);
  }
}
