import type { TorchNames } from '../build-model.js';

/**
 * Gives the model's name for each name of a state dict, or null for what the authors' network stores and never uses: a leading
 * `module.` that all names have is dropped, and names of older files are brought up to date.
 */
export function stateDictNames(names: readonly string[], torchNames: TorchNames): (name: string) => string | null {
  const prefix = 'module.';
  const shared = names.length > 0 && names.every((name) => name.startsWith(prefix));
  const { unused = [], stored = [], keras = [], renamed = [] } = torchNames;
  const never = new Set(stored.map(([name]) => name));
  const layers = new Map(keras);
  const patterns = renamed.map(([pattern, replacement]) => [new RegExp(pattern), replacement] as const);
  return (name) => {
    const bare = shared ? name.slice(prefix.length) : name;
    if (never.has(bare) || unused.some((start) => bare.startsWith(start))) return null;
    const end = bare.indexOf('/');
    const layer = end < 0 ? undefined : layers.get(bare.slice(0, end));
    if (layer !== undefined) return layer + bare.slice(end);
    return patterns.reduce((current, [pattern, replacement]) => current.replace(pattern, replacement), bare);
  };
}
