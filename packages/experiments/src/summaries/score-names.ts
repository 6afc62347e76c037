import type { LabelKind } from '@mer/training';

/** One of the scores of every run; of samples with any number of labels UF1 is macro F1, UAR macro recall, and accuracy that of whole samples. */
type BaseScore = 'uf1' | 'uar' | 'accuracy';

/** One of the scores of samples with any number of labels alone. */
type LabelScore = 'microF1' | 'samplesF1' | 'hammingLoss';

/** One of the scores that tables show. */
export type ScoreName = BaseScore | LabelScore;

/** A value for each score; those of samples with any number of labels are absent for samples with one. */
export type ByScore<T> = { [name in BaseScore]: T } & { [name in LabelScore]?: T };

/** How scores are called in files and written for people, in the order of the columns; those in files alone are left out in print. */
interface ScoreTitle {
  name: ScoreName;
  key: string;
  title: string;
  fileOnly?: boolean;
}

const TITLES: Readonly<Record<LabelKind, readonly ScoreTitle[]>> = {
  single: [
    { name: 'uf1', key: 'uf1', title: 'UF1' },
    { name: 'uar', key: 'uar', title: 'UAR' },
    { name: 'accuracy', key: 'accuracy', title: 'accuracy' },
  ],
  multiple: [
    { name: 'uf1', key: 'uf1', title: 'macro F1' },
    { name: 'microF1', key: 'micro_f1', title: 'micro F1' },
    { name: 'samplesF1', key: 'samples_f1', title: 'samples F1' },
    { name: 'accuracy', key: 'accuracy', title: 'subset accuracy' },
    { name: 'hammingLoss', key: 'hamming_loss', title: 'Hamming loss' },
    { name: 'uar', key: 'uar', title: 'macro recall', fileOnly: true },
  ],
};

/** The scores of a label kind with their names in files and in print. */
export function scoreTitles(labelKind: LabelKind = 'single'): readonly ScoreTitle[] {
  return TITLES[labelKind];
}

/** The scores of a label kind that stand in print. */
export function printedScores(labelKind: LabelKind = 'single'): readonly ScoreTitle[] {
  return TITLES[labelKind].filter(({ fileOnly }) => !fileOnly);
}

/** A value for each score of a label kind. */
export function byScore<T>(labelKind: LabelKind | undefined, make: (score: ScoreName) => T): ByScore<T> {
  return Object.fromEntries(scoreTitles(labelKind).map(({ name }) => [name, make(name)])) as ByScore<T>;
}
