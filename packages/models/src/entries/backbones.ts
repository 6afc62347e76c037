import { createDenseNet121 } from '../backbones/densenet121.js';
import { createEfficientNetB0 } from '../backbones/efficientnet-b0.js';
import { createResNet18, createResNet50 } from '../backbones/resnet.js';
import { createVgg19 } from '../backbones/vgg19.js';
import { createVitB16 } from '../backbones/vit-b16.js';
import { IMAGENET_VALUES, type ModelEntry, type ModelInput, type PublishedResult } from '../model-entry.js';

const image: readonly ModelInput[] = [
  {
    name: 'image',
    shape: [224, 224, 3],
    representations: ['dynamic-image', 'flow-color', 'cof', 'mesti', 'frame'],
    values: IMAGENET_VALUES,
  },
];

const imagenet = (accuracy: number): readonly PublishedResult[] => [
  {
    dataset: 'ImageNet-1k, validation (1000 classes)',
    protocol: 'single crop',
    scores: { accuracy },
    source: 'torchvision, weights IMAGENET1K_V1',
    caveat: 'object recognition: tells what the weights are, nothing about micro-expressions',
  },
];

/** The backbones of torchvision. */
export const backboneEntries = {
  resnet18: {
    title: 'ResNet-18',
    paper: 'He, Zhang, Ren, Sun 2016, arXiv 1512.03385',
    origin: 'torchvision',
    inputs: image,
    parameters: { classes: 1000, trainable: 11689512 },
    results: imagenet(0.69758),
    small: { inputShape: [48, 48, 3], width: 8 },
    /** Makes the network. */
    create: createResNet18,
  },
  resnet50: {
    title: 'ResNet-50',
    paper: 'He, Zhang, Ren, Sun 2016, arXiv 1512.03385',
    origin: 'torchvision',
    inputs: image,
    parameters: { classes: 1000, trainable: 25557032 },
    results: [
      ...imagenet(0.7613),
      {
        dataset: 'SAMM (classes not stated)',
        protocol: 'not stated; a 20 % hold-out or leave one subject out',
        scores: { accuracy: 0.5926 },
        source: 'COF, arXiv 2510.15471, flow of both phases, by a machine-written summary',
        caveat: 'not checked in the paper',
      },
    ],
    small: { inputShape: [48, 48, 3], width: 8 },
    /** Makes the network. */
    create: createResNet50,
  },
  vgg19: {
    title: 'VGG-19',
    paper: 'Simonyan, Zisserman 2015, arXiv 1409.1556',
    origin: 'torchvision',
    inputs: image,
    parameters: { classes: 1000, trainable: 143667240 },
    results: [
      ...imagenet(0.72376),
      {
        dataset: 'CASME II (classes not stated)',
        protocol: 'not stated; a 20 % hold-out or leave one subject out',
        scores: { accuracy: 0.6735 },
        source: 'COF, arXiv 2510.15471, flow of both phases, by a machine-written summary',
        caveat: 'not checked in the paper',
      },
    ],
    small: { inputShape: [48, 48, 3], width: 8, hidden: 64, grid: 1 },
    /** Makes the network. */
    create: createVgg19,
  },
  'efficientnet-b0': {
    title: 'EfficientNet-B0',
    paper: 'Tan, Le 2019, arXiv 1905.11946',
    origin: 'torchvision',
    inputs: image,
    parameters: { classes: 1000, trainable: 5288548 },
    results: imagenet(0.77692),
    small: { inputShape: [48, 48, 3], width: 0.25 },
    /** Makes the network. */
    create: createEfficientNetB0,
  },
  densenet121: {
    title: 'DenseNet-121',
    paper: 'Huang, Liu, van der Maaten, Weinberger 2017, arXiv 1608.06993',
    origin: 'torchvision',
    inputs: image,
    parameters: { classes: 1000, trainable: 7978856 },
    results: imagenet(0.74434),
    small: { inputShape: [48, 48, 3], growth: 6 },
    /** Makes the network. */
    create: createDenseNet121,
  },
  'vit-b16': {
    title: 'ViT-B/16',
    paper: 'Dosovitskiy et al. 2021, arXiv 2010.11929',
    origin: 'torchvision',
    inputs: image,
    parameters: { classes: 1000, trainable: 86567656 },
    results: imagenet(0.81072),
    small: { inputShape: [48, 48, 3], patch: 8, width: 96, depth: 3, heads: 3 },
    /** Makes the network. */
    create: createVitB16,
  },
} as const satisfies Record<string, ModelEntry>;
