import { createAfn } from '../afn.js';
import { createDiaNet } from '../dianet.js';
import { createFmaNet } from '../fmanet.js';
import { createLearNet } from '../learnet.js';
import { createMegaNet } from '../meganet.js';
import type { ModelEntry, ModelInput } from '../model-entry.js';
import { createSmallCnn } from '../small-cnn.js';

const input = (name: string, representations: readonly string[], values: string): ModelInput => ({
  name,
  shape: [224, 224, 3],
  representations,
  values,
});

const SYMMETRIC = 'from -1 to 1 with 0 = no motion, or as ImageNet weights expect';
const SUMMARY = 'read in a machine-written summary, not in the paper; classes and split not stated';

/** Networks on dynamic images and on the flow of both phases. */
export const dynamicImageEntries = {
  afn: {
    title: 'AFN: adaptive fusion of temporal-ranked and motion-intensity dynamic images',
    paper: 'Man, Nguyen, Khuong, Le, Ngo 2025, arXiv 2510.09730',
    origin: 'abstract',
    inputs: [input('temporal', ['trdi'], SYMMETRIC), input('motion', ['midi'], SYMMETRIC)],
    parameters: { classes: 5, trainable: 22619591 },
    results: [
      {
        dataset: 'CASME II (classes not stated)',
        protocol: 'not stated',
        scores: { accuracy: 0.9395, uf1: 0.8972 },
        source: 'the abstract',
      },
      {
        dataset: 'SAMM (classes not stated)',
        protocol: 'not stated',
        scores: { accuracy: 0.8247, uf1: 0.6652 },
        source: 'the abstract',
      },
      {
        dataset: 'MMEW (classes not stated)',
        protocol: 'not stated',
        scores: { accuracy: 0.76 },
        source: 'the abstract',
      },
    ],
    small: { inputShape: [48, 48, 3], width: 8 },
    /** Makes the network. */
    create: createAfn,
  },
  dianet: {
    title: 'DIANet: dual-phase dynamic images joined by cross-attention',
    paper: 'DIANet 2025, arXiv 2510.12219',
    origin: 'abstract',
    inputs: [
      input('rise', ['dual-phase', 'dynamic-image'], `onset to apex, ${SYMMETRIC}`),
      input('fall', ['dual-phase', 'dynamic-image'], `apex to offset, ${SYMMETRIC}`),
    ],
    parameters: { classes: 5, trainable: 26872453 },
    results: [
      { dataset: 'CASME II', protocol: 'not stated', scores: { accuracy: 0.7 }, source: 'arxivlens', caveat: SUMMARY },
      { dataset: 'SAMM', protocol: 'not stated', scores: { accuracy: 0.6889 }, source: 'arxivlens', caveat: SUMMARY },
      { dataset: 'MMEW', protocol: 'not stated', scores: { accuracy: 0.6424 }, source: 'arxivlens', caveat: SUMMARY },
    ],
    small: { inputShape: [64, 64, 3], width: 8, hidden: 32 },
    /** Makes the network. */
    create: createDiaNet,
  },
  fmanet: {
    title: 'FMANet: fusion of motion in both phases with learned magnitude modulation',
    paper: 'FMANet 2025, arXiv 2510.07810',
    origin: 'abstract',
    inputs: [
      input('rise', ['flow'], 'u, v and magnitude of onset to apex, over a constant of the data set'),
      input('fall', ['flow'], 'u, v and magnitude of apex to offset, over the same constant'),
    ],
    parameters: { classes: 5, trainable: 11152064 },
    results: [
      {
        dataset: 'CASME II',
        protocol: 'not stated',
        scores: { accuracy: 0.873 },
        source: 'arxivlens',
        caveat: SUMMARY,
      },
      { dataset: 'SAMM', protocol: 'not stated', scores: { accuracy: 0.8456 }, source: 'arxivlens', caveat: SUMMARY },
    ],
    small: { inputShape: [48, 48, 3], width: 8 },
    /** Makes the network. */
    create: createFmaNet,
  },
  meganet: {
    title: 'MEGANet: gradient attention on a motion image',
    paper: 'MEGANet 2025, arXiv 2509.00056',
    origin: 'abstract',
    inputs: [input('image', ['mesti', 'dynamic-image'], SYMMETRIC)],
    parameters: { classes: 5, trainable: 4734793 },
    results: [],
    small: { inputShape: [48, 48, 3], widths: [16, 32, 64] },
    /** Makes the network. */
    create: createMegaNet,
  },
  learnet: {
    title: 'LEARNet: lateral accretive hybrid network',
    paper: 'Verma, Vipparthi, Singh, Murala 2020, arXiv 1904.09410',
    origin: 'authors-code',
    inputs: [
      {
        name: 'image',
        shape: [112, 112, 3],
        representations: ['dynamic-image'],
        values: 'dynamic image whose weights sum to the number of frames (variant nonzero), as the authors made it',
      },
    ],
    parameters: { classes: 5, trainable: 1866053 },
    results: [
      {
        dataset: 'CASME II (classes not stated)',
        protocol: 'not stated',
        scores: { accuracy: 0.766 },
        source: 'LEARNet paper',
        caveat: 'from memory of the field, not checked: treat as unknown',
      },
    ],
    small: { inputShape: [48, 48, 3], width: 8, hidden: 64 },
    /** Makes the network. */
    create: createLearNet,
  },
  'small-cnn': {
    title: 'A small CNN for one image per clip',
    paper: null,
    origin: 'this-project',
    inputs: [
      {
        name: 'image',
        shape: [64, 64, 3],
        representations: ['dynamic-image'],
        values: 'any, zero mean preferred',
      },
    ],
    parameters: { classes: 3, trainable: 23891 },
    results: [],
    small: {},
    /** Makes the network. */
    create: createSmallCnn,
  },
} as const satisfies Record<string, ModelEntry>;
