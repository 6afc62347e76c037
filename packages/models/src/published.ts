/** The composite of MEGC 2019, as results name it. */
export const MEGC2019 = 'MEGC2019 composite (3 classes, 442 clips, 68 subjects)';

/** How scores that stand in many papers, but were not checked in the original, are marked. */
export const UNCHECKED = 'As cited in later papers; not checked in the original.';

/** What an abstract leaves open. */
export const UNSTATED = 'Classes, split and the way the epoch was chosen are not stated.';

/** How scores of a machine-written summary are marked. */
export const SUMMARY =
  'Read in a machine-written summary, not in the paper; classes, split and the way the epoch was chosen are not stated.';

/** RGB values as ImageNet weights expect them. */
export const IMAGENET_VALUES =
  'RGB from 0 to 1, less the mean of ImageNet, over its deviation, as the step `normalize` does';

/** Values of a dynamic image. */
export const SYMMETRIC = 'from -1 to 1 with 0 = no motion, or as ImageNet weights expect';
