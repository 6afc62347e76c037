import { suggestion } from '@mer/options';

/** A file of weights that papers start from, and where it comes from. */
export interface PretrainedWeights {
  /** Name in files and commands. */
  readonly name: string;
  /** The network whose names and shapes it has. */
  readonly network: string;
  /** Whether it goes into every copy of a backbone ({@link loadBackbone}), or into the network itself, head aside. */
  readonly into: 'backbone' | 'network';
  /** What it was trained on, in a few words. */
  readonly trainedOn: string;
  /** Who made it, and what they call it. */
  readonly origin: string;
  /** Name of the file. */
  readonly file: string;
  /** Where its makers offer it. */
  readonly url: string;
  /** How its SHA-256 may begin, in hex, as its makers say: several where they offer the same weights in several files. None where they do not say. */
  readonly sha256: readonly string[];
  /** About how large it is, in bytes. */
  readonly bytes: number;
  /** Licence, as far as its makers say. */
  readonly licence: string;
}

const OF_TORCHVISION =
  'torchvision: BSD-3-Clause; of the weights it says that terms of the data set they were trained on may hold (ImageNet: research, not commercial)';

// @__NO_SIDE_EFFECTS__
function imagenet(
  network: string,
  { file, sha256, megabytes, accuracy, licence = OF_TORCHVISION }: ImagenetFile,
): PretrainedWeights {
  return {
    name: `${network}-imagenet`,
    network,
    into: 'backbone',
    trainedOn: 'ImageNet-1k',
    origin: `torchvision, IMAGENET1K_V1, ${accuracy} % of the validation images right`,
    file,
    url: `https://download.pytorch.org/models/${file}`,
    sha256,
    bytes: megabytes * 1e6,
    licence,
  };
}

interface ImagenetFile {
  readonly file: string;
  readonly sha256: readonly string[];
  readonly megabytes: number;
  readonly accuracy: string;
  readonly licence?: string;
}

/**
 * The weights that papers start from. Nothing of them is in this package: a user brings the file, or lets `mer weights` fetch it.
 *
 * @example
 * ```ts
 * import { PRETRAINED_WEIGHTS } from '@mer/models';
 *
 * console.log(PRETRAINED_WEIGHTS.find(({ network }) => network === 'resnet18').file); // resnet18-f37072fd.pth
 * ```
 */
export const PRETRAINED_WEIGHTS: readonly PretrainedWeights[] = [
  imagenet('resnet18', {
    file: 'resnet18-f37072fd.pth',
    sha256: ['f37072fd', '5c106cde'],
    megabytes: 46.8,
    accuracy: '69.758',
  }),
  imagenet('resnet50', {
    file: 'resnet50-0676ba61.pth',
    sha256: ['0676ba61', '19c8e357'],
    megabytes: 102.5,
    accuracy: '76.130',
  }),
  imagenet('vgg19', { file: 'vgg19-dcbb9e9d.pth', sha256: ['dcbb9e9d'], megabytes: 574.7, accuracy: '72.376' }),
  imagenet('efficientnet-b0', {
    file: 'efficientnet_b0_rwightman-7f5810bc.pth',
    sha256: ['7f5810bc', '3dd342df'],
    megabytes: 21.4,
    accuracy: '77.692',
    licence: `${OF_TORCHVISION}; ported from pytorch-image-models (Apache-2.0)`,
  }),
  imagenet('densenet121', {
    file: 'densenet121-a639ec97.pth',
    sha256: ['a639ec97'],
    megabytes: 32.3,
    accuracy: '74.434',
  }),
  imagenet('vit-b16', { file: 'vit_b_16-c867db91.pth', sha256: ['c867db91'], megabytes: 346.3, accuracy: '81.072' }),
  {
    name: 'slstt-imagenet',
    network: 'slstt',
    into: 'backbone',
    trainedOn: 'ImageNet-21k, then ImageNet-1k at 384 pixels',
    origin: "lukemelas/PyTorch-Pretrained-ViT, B_16_imagenet1k, a port of Google's; what SLSTT's authors start from",
    file: 'B_16_imagenet1k.pth',
    url: 'https://github.com/lukemelas/PyTorch-Pretrained-ViT/releases/download/0.0.2/B_16_imagenet1k.pth',
    sha256: [],
    bytes: 347e6,
    licence: 'see the repository; terms of ImageNet may hold',
  },
  {
    name: 'skd-tstsan-macro',
    network: 'skd-tstsan',
    into: 'network',
    trainedOn: 'macro-expressions (which data set the authors do not say)',
    origin: "GuanghaoZhu663/SKD-TSTSAN, Pretrained_model/SKD-TSTSAN.pth, the authors' own",
    file: 'SKD-TSTSAN.pth',
    url: 'https://github.com/GuanghaoZhu663/SKD-TSTSAN/raw/43ff07e/Pretrained_model/SKD-TSTSAN.pth',
    sha256: [],
    bytes: 11.9e6,
    licence: 'MIT (the repository)',
  },
];

/**
 * Finds weights by name.
 *
 * @throws RangeError where there are none of that name; the message lists those there are
 *
 * @example
 * ```ts
 * import { findPretrained } from '@mer/models';
 *
 * console.log(findPretrained('vit-b16-imagenet').trainedOn); // ImageNet-1k
 * ```
 */
export function findPretrained(name: string): PretrainedWeights {
  const found = PRETRAINED_WEIGHTS.find((each) => each.name === name);
  if (found) return found;
  const names = PRETRAINED_WEIGHTS.map((each) => each.name);
  throw new RangeError(
    `Cannot find weights as their name must be one of ${names.join(', ')}: current value is ${name}${suggestion(name, names)}`,
  );
}
