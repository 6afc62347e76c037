import { type ClassScheme, each } from './class-schemes.js';

/** Classes of the MEGC2019 composite; the label of a sample is an index into them. */
export const megc2019Classes = Object.freeze(['negative', 'positive', 'surprise'] as const);

/** The one scheme of the composite itself, with the counts of the official list. */
export const megc2019Schemes = (): Readonly<Record<string, ClassScheme>> => ({
  megc2019: {
    title: 'the three classes of MEGC2019',
    field: 'label',
    classes: each(megc2019Classes),
    expected: [{ release: 'official list', n: 442, perClass: [250, 109, 83] }],
  },
});
