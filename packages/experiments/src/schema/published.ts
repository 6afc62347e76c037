import type { ModelDefinition } from '@mer/models';
import {
  choice,
  either,
  group,
  list,
  number,
  type OptionIssue,
  optionIssues,
  show,
  suggestion,
  text,
} from '@mer/options';
import type { Experiment, PublishedReference, PublishedScores } from './experiment.js';

const caveat = text('What a reader must know before comparing; after the caveat of the result itself.', {
  optional: true,
});

const inFull = group(
  'A published result in full: of a network that is not the model of the experiment.',
  {
    source: text('Where the numbers stand.', {}),
    caveat: text('What a reader must know before comparing.', { optional: true }),
    uf1: number('UF1.', { optional: true }),
    uar: number('UAR.', { optional: true }),
    accuracy: number('Accuracy.', { optional: true }),
  },
  { optional: false },
);

const reference = (ids: readonly string[]) =>
  group(
    'A result of the model, by its id; `mer models <name>` lists them.',
    { result: choice('Id of a result of the model.', ids, {}), caveat },
    { optional: false },
  );

/** The option `published`: results of the model by their ids, and others in full. */
export function publishedOption(models: readonly ModelDefinition[]) {
  const ids = [...new Set(models.flatMap(({ results }) => results.map(({ id }) => id)))];
  const entry = either('A published result: `{ result }` of the model, or one in full.', [reference(ids), inFull], {});
  return list('Published results to stand beside ours.', entry, { default: [] });
}

/**
 * What is wrong with one entry of `published`, told by the form that it has, and by the results that the model of the experiment has.
 *
 * @param entry - what the file holds
 * @param model - the network of the experiment; undefined where it names none that is known
 */
export function publishedIssues(entry: unknown, model: ModelDefinition | undefined): OptionIssue[] {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return [];
  if (!('result' in entry)) return optionIssues(inFull, entry);
  if (!model) return [];
  const ids = model.results.map(({ id }) => id);
  const { result } = entry;
  // only the id must be of this model: the rest holds for any
  const others = optionIssues(reference([String(result)]), { ...entry, result: String(result) });
  if (ids.includes(result as string)) return others;
  const must =
    ids.length > 0
      ? `must be a result of the model ${model.name}, one of ${ids.join(', ')}`
      : `must be left out as the model ${model.name} has no results: write source and scores instead`;
  const current = `current value is ${show(result)}${suggestion(result, ids)}`;
  return [{ path: ['result'], fault: 'range', text: `${must}: ${current}` }, ...others];
}

/** The entries with what each result of the model says in its place. */
export function expandPublished(
  entries: readonly (PublishedReference | PublishedScores)[],
  { results }: ModelDefinition,
): Experiment['published'] {
  return entries.map((entry) => {
    if (!('result' in entry)) return entry;
    const { source, scores, caveat: said } = results.find(({ id }) => id === entry.result)!;
    const caveats = [said, entry.caveat].filter((each) => each !== undefined);
    return { source, ...(caveats.length > 0 && { caveat: caveats.join(' ') }), ...scores };
  });
}
