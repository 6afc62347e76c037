import type { ModelInput, PublishedResult } from '../declare-model.js';
import { IMAGENET_VALUES, SUMMARY } from '../published.js';

/** Whose names backbones have. */
export const TORCHVISION = 'torchvision';

/** The image that a backbone of torchvision takes. */
export const TORCHVISION_INPUTS: readonly ModelInput[] = [
  {
    name: 'image',
    shape: [224, 224, 3],
    representations: ['dynamic-image', 'flow-color', 'cof', 'mesti', 'frame'],
    values: IMAGENET_VALUES,
  },
];

/** The accuracy of torchvision's weights on ImageNet. */
// @__NO_SIDE_EFFECTS__
export function imagenetResult(accuracy: number): PublishedResult {
  return {
    id: 'imagenet-torchvision',
    dataset: 'ImageNet-1k, validation (1000 classes)',
    protocol: 'single crop',
    scores: { accuracy },
    source: 'torchvision, weights IMAGENET1K_V1',
    caveat: 'Object recognition: tells what the weights are, nothing about micro-expressions.',
  };
}

/** The accuracy of a backbone on optical flow of both phases, as the COF paper gives it. */
// @__NO_SIDE_EFFECTS__
export function cofResult(
  id: string,
  { network, dataset, accuracy, fits }: { network: string; dataset: string; accuracy: number; fits: string },
): PublishedResult {
  return {
    id,
    dataset: `${dataset} (classes not stated)`,
    protocol: 'not stated; a 20 % hold-out or leave one subject out',
    scores: { accuracy },
    source: `COF paper, arXiv 2510.15471, ${network} on ${dataset}, flow of both phases, by arxivlens`,
    caveat: `${SUMMARY} ${fits}`,
  };
}
