/**
 * The rows of the table: a recipe of `mer recipes`, what is changed of it, and the seeds. `less` says what a row has less of than its paper and why.
 */
export const ROWS = [
  { name: 'logistic-regression', recipe: 'baseline-logistic-megc2019', seeds: [0] },
  { name: 'linear-svm', recipe: 'baseline-svm-megc2019', seeds: [0] },
  { name: 'cnn', recipe: 'baseline-cnn-megc2019', seeds: [0, 1, 2] },
  { name: 'ststnet', recipe: 'ststnet-megc2019', seeds: [0, 1, 2] },
  { name: 'featref', recipe: 'featref-megc2019', seeds: [0, 1, 2] },
  { name: 'featref-no-attention', recipe: 'featref-megc2019', seeds: [0], set: ['model.options.attention=false'] },
  { name: 'ahmsa-net', recipe: 'ahmsa-net-megc2019', seeds: [0, 1, 2] },
  { name: 'dual-branch', recipe: 'dual-branch-megc2019', seeds: [0, 1, 2] },
];
