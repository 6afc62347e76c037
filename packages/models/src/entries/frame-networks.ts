import { createFdp } from '../fdp.js';
import { createMmNet } from '../mmnet.js';
import { IMAGENET_VALUES, type ModelEntry, type ModelInput, UNCHECKED } from '../model-entry.js';
import { createTsfMicro } from '../tsfmicro.js';

const onsetAndApex: readonly ModelInput[] = [
  { name: 'onset', shape: [224, 224, 3], representations: ['frame'], values: IMAGENET_VALUES },
  { name: 'apex', shape: [224, 224, 3], representations: ['frame'], values: IMAGENET_VALUES },
];

const BEST_EPOCH = 'the epoch is chosen on the test subject: not comparable with others';

/** Networks on frames. */
export const frameEntries = {
  mmnet: {
    title: 'MMNet: muscle motion guided network',
    paper: 'Li, Sui, Zhu, Zhao 2022, arXiv 2201.05297',
    origin: 'authors-code',
    inputs: onsetAndApex,
    parameters: { classes: 5, trainable: 9438841 },
    results: [
      {
        dataset: 'CASME II (5 classes)',
        protocol: 'leave one subject out, best epoch on the test subject',
        scores: { accuracy: 0.8835, uf1: 0.8676 },
        source: 'MMNet paper',
        caveat: `${BEST_EPOCH}; ${UNCHECKED}`,
      },
      {
        dataset: 'SAMM (5 classes)',
        protocol: 'leave one subject out, best epoch on the test subject',
        scores: { accuracy: 0.8014, uf1: 0.7291 },
        source: 'MMNet paper',
        caveat: `${BEST_EPOCH}; ${UNCHECKED}`,
      },
    ],
    small: { inputShape: [48, 48, 3], stem: 24, widths: [16, 16, 32, 64] },
    /** Makes the network. */
    create: createMmNet,
  },
  tsfmicro: {
    title: 'TSFmicro: temporal and spatial fusion with a retention network',
    paper: 'TSFmicro 2025, arXiv 2505.16372',
    origin: 'authors-code',
    inputs: onsetAndApex,
    parameters: { classes: 5, trainable: 12789413 },
    results: [],
    small: { inputShape: [48, 48, 3], widths: [16, 24, 32, 48], projection: 64 },
    /** Makes the network. */
    create: createTsfMicro,
  },
  fdp: {
    title: 'FDP: fine-grained dynamic perception with a dynamic image as second task',
    paper: 'FDP 2025, arXiv 2509.06015',
    origin: 'authors-code',
    inputs: [
      {
        name: 'frames',
        shape: [8, 64, 64, 1],
        representations: [],
        values: 'eight aligned grey frames, evenly spaced, from -1 to 1',
      },
    ],
    parameters: { classes: 5, trainable: 67067085 },
    results: [],
    small: {
      inputShape: [8, 32, 32, 1],
      stem: [16, 16, 16],
      depths: [1, 1],
      local: [32, 32],
      global: [128, 128],
      reductions: [4, 2],
      hidden: 32,
      scorer: 16,
      decoder: 2,
    },
    /** Makes the network. */
    create: createFdp,
  },
} as const satisfies Record<string, ModelEntry>;
