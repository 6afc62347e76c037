/**
 * Normalizes a path relative to a data set's root to forward slashes, and refuses one that would leave the root.
 *
 * @throws RangeError for an absolute path, a drive letter, a `..` or a NUL.
 */
export function safePath(path: string): string {
  const parts = path.replaceAll('\\', '/').split('/');
  if (parts[0] === '' && parts.length > 1) throw leaves(path, 'absolute');
  if (/^[a-z]:/i.test(path)) throw leaves(path, 'on a drive');
  if (parts.includes('..')) throw leaves(path, "one with '..'");
  if (path.includes('\0')) throw leaves(path.replaceAll('\0', '\\0'), 'one with a NUL');
  return parts.filter((part) => part !== '' && part !== '.').join('/');
}

function leaves(path: string, what: string): RangeError {
  return new RangeError(`Cannot use path as it must stay inside the data set's folder: '${path}' is ${what}`);
}
