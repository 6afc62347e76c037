import type { Part } from '@mer/options';
import { experimentParts } from '../parts/part-kinds.js';

/** What {@link withoutResultsOfOthers} needs beside the data. */
export interface OthersResultsOptions {
  /** The data before the settings. */
  before: unknown;
  /** The settings that were applied. */
  set: readonly string[];
  /** Anybody's own parts, among which the model may be. */
  parts: readonly Part[] | undefined;
  /** Told what was left out. */
  onNote: ((text: string) => void) | undefined;
}

/**
 * Experiment data whose settings name another model, without the published results that stand there by ids of the model before: they say nothing of the
 * new one. What a setting says of `published` itself stays, to be checked like everything else.
 *
 * @param data - experiment data, its settings applied
 * @returns the data itself where nothing is left out
 */
export function withoutResultsOfOthers(data: unknown, { before, set, parts, onNote }: OthersResultsOptions): unknown {
  const [old, name] = [modelName(before), modelName(data)];
  const { published } = data as { published?: unknown };
  if (old === name || !Array.isArray(published) || set.some((each) => /^published[.=]/.test(each))) return data;
  const model = experimentParts(parts).models.find((each) => each.name === name);
  if (!model) return data;
  const ids = model.results.map(({ id }) => id);
  const idOf = (entry: unknown) => (entry as { result?: unknown } | null)?.result;
  const isOthers = (entry: unknown) => typeof idOf(entry) === 'string' && !ids.includes(idOf(entry) as string);
  const left = published.filter(isOthers);
  if (left.length === 0) return data;
  onNote?.(`published results of ${old} are left out as the model is ${name} now: ${left.map(idOf).join(', ')}`);
  return { ...(data as object), published: published.filter((entry) => !isOthers(entry)) };
}

function modelName(data: unknown): unknown {
  return ((data as { model?: unknown } | null)?.model as { name?: unknown } | null | undefined)?.name;
}
