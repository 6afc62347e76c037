import { createHtNet } from '../htnet.js';
import { MEGC2019, type ModelEntry, UNCHECKED } from '../model-entry.js';
import { createOffApexNet } from '../off-apex-net.js';
import { createRcnA } from '../rcn-a.js';
import { createStstNet } from '../stst-net.js';

/** Networks on one small flow image. */
export const flowImageEntries = {
  ststnet: {
    title: 'STSTNet: shallow triple stream three-dimensional CNN',
    paper: 'Liong, Gan, See, Khor, Huang 2019, arXiv 1902.03634',
    origin: 'authors-code',
    inputs: [
      {
        name: 'image',
        shape: [28, 28, 3],
        representations: ['uv-strain'],
        values: 'strain, v, u of onset to apex, each min-max scaled per sample to 0..255',
      },
    ],
    parameters: { classes: 3, trainable: 1683 },
    results: [
      {
        dataset: MEGC2019,
        protocol: 'leave one subject out; which epoch is not stated',
        scores: { uf1: 0.7353, uar: 0.7605, accuracy: 0.7692 },
        source: 'the paper, table II',
        caveat: 'from the published log the UAR is 0.7186: 0.7605 is macro precision, truth and prediction swapped',
      },
      {
        dataset: MEGC2019,
        protocol: "leave one subject out, last of 800 epochs, the authors' published weights",
        scores: { uf1: 0.720948, uar: 0.724979, accuracy: 0.739819 },
        source: "the authors' PyTorch weights, evaluated by this project",
      },
    ],
    small: {},
    /** Makes the network. */
    create: createStstNet,
  },
  'off-apexnet': {
    title: 'OFF-ApexNet: optical flow features from the apex frame',
    paper: 'Liong, Gan, Yau, Huang, Tan 2018, arXiv 1805.08699',
    origin: 'abstract',
    inputs: [
      {
        name: 'image',
        shape: [28, 28, 2],
        representations: ['flow', 'uv-strain'],
        values: 'u and v of onset to apex',
      },
    ],
    parameters: { classes: 3, trainable: 2664475 },
    results: [
      {
        dataset: MEGC2019,
        protocol: 'leave one subject out; which epoch is not stated',
        scores: { uf1: 0.7196, uar: 0.7096, accuracy: 0.746 },
        source: 'the STSTNet paper, table II',
        caveat: 'the same table has a UAR that is macro precision for STSTNet; it may be so here',
      },
    ],
    small: { hidden: 128 },
    /** Makes the network. */
    create: createOffApexNet,
  },
  'rcn-a': {
    title: 'RCN-A: recurrent convolutional network with an attention unit',
    paper: 'Xia, Peng, Khor, Feng, Zhao 2020, arXiv 2006.09674',
    origin: 'authors-code',
    inputs: [
      {
        name: 'image',
        shape: [60, 60, 3],
        representations: ['uv-strain', 'flow'],
        values: 'flow of onset to apex from 0 to 1',
      },
    ],
    parameters: { classes: 3, trainable: 55747 },
    results: [
      {
        dataset: MEGC2019,
        protocol: 'leave one subject out, last of 100 epochs',
        scores: { uf1: 0.7432, uar: 0.719 },
        source: 'RCN paper',
        caveat: UNCHECKED,
      },
    ],
    small: { inputShape: [28, 28, 3], width: 16, grid: 5 },
    /** Makes the network. */
    create: createRcnA,
  },
  htnet: {
    title: 'HTNet: hierarchical transformer on facial areas',
    paper: 'Wang, Zhang, Luo, Sankaranarayana 2024, arXiv 2307.14637',
    origin: 'authors-code',
    inputs: [
      {
        name: 'image',
        shape: [28, 28, 3],
        representations: ['uv-strain', 'flow'],
        values: 'flow of onset to apex around both eyes and both halves of the mouth, put together 2x2',
      },
    ],
    parameters: { classes: 3, trainable: 139582982 },
    results: [
      {
        dataset: MEGC2019,
        protocol: 'leave one subject out, best of 800 epochs on the test subject',
        scores: { uf1: 0.8603, uar: 0.8475 },
        source: 'HTNet paper',
        caveat: `the epoch is chosen on the test subject: not comparable with others; ${UNCHECKED}`,
      },
    ],
    small: { width: 24, depths: [1, 1, 1] },
    /** Makes the network. */
    create: createHtNet,
  },
} as const satisfies Record<string, ModelEntry>;
