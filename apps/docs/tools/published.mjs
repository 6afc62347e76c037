// Published results in words.
import { code, plain } from './markdown.mjs';

const SCORES = { uf1: 'UF1', uar: 'UAR', accuracy: 'accuracy' };

/** Scores of a record, in one line. */
export const scoresText = (record) =>
  Object.entries(SCORES)
    .filter(([key]) => record[key] !== undefined)
    .map(([key, label]) => `${label} ${record[key]}`)
    .join(', ');

/** A result of a network as an item of a list. */
export const resultText = ({ id, dataset, protocol, scores, source, caveat }) =>
  `- ${code(id)}: **${scoresText(scores)}**. ${plain(dataset)}; ${protocol === 'not stated' ? 'protocol not stated' : plain(protocol)}. ${plain(source)}.${caveat ? ` ${plain(caveat)}` : ''}`;
