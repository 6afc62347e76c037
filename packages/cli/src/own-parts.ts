import type { OwnParts } from '@mer/experiments';

/** The parts of the modules that `--use` names; nothing is loaded where it names none. */
export async function ownParts(use: readonly string[]): Promise<OwnParts> {
  if (use.length === 0) return { parts: [], modules: [] };
  const { loadParts } = await import('@mer/experiments');
  return loadParts(use);
}
