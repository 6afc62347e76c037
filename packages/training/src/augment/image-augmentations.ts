import { choice, integer, number, option, type Part, withParts } from '@mer/options';
import * as v from 'valibot';
import { type RandomStream, uniform, uniformBelow } from '../random.js';
import { declareImageAugmentation, type ImageAugmentationDefinition, type Patch } from './define-augmentation.js';
import { drawMix } from './mixup.js';

const probability = (about: string) => number(about, { min: 0, max: 1, default: 0.5 });

/** A number from -largest to largest. */
const around = (largest: number, stream: RandomStream) => (2 * uniform(stream) - 1) * largest;

/** What comes in from outside. */
const fillOption = () =>
  choice(
    'What comes in from outside: the border repeated, or 0, which is the mean color of images that the step `normalize` has centered.',
    ['border', 'zero'],
    { default: 'border' },
  );

/** Mirrors left and right. */
export const flip = /* @__PURE__ */ declareImageAugmentation({
  name: 'flip',
  title: 'Mirrored',
  paper: null,
  options: { probability: probability('How often an image is mirrored.') },
  turns: true,
  draw: (change, settings, stream) =>
    uniform(stream) < settings.probability ? { ...change, warp: { ...change.warp, flip: !change.warp.flip } } : change,
});

/** Turns about the center. */
export const rotate = /* @__PURE__ */ declareImageAugmentation({
  name: 'rotate',
  title: 'Turned',
  paper: null,
  options: {
    degrees: number('Largest angle either way.', { above: 0, max: 180 }),
    sampling: choice(
      'What is read between pixels; `nearest` is what torchvision turns by default.',
      ['bilinear', 'nearest'],
      { default: 'bilinear' },
    ),
    fill: /* @__PURE__ */ fillOption(),
  },
  turns: true,
  draw: (change, { degrees, sampling, fill }, stream) => {
    const angle = change.warp.angle + (around(degrees, stream) * Math.PI) / 180;
    const how = { ...(sampling === 'nearest' && { nearest: true }), ...(fill === 'zero' && { zeros: true }) };
    return { ...change, warp: { ...change.warp, angle, ...how } };
  },
});

/** Moves. */
export const shift = /* @__PURE__ */ declareImageAugmentation({
  name: 'shift',
  title: 'Moved',
  paper: null,
  options: { fraction: number('Largest shift, as a share of the side.', { above: 0, max: 1 }) },
  draw: (change, { fraction }, stream) => {
    const [x, y] = change.warp.shift;
    const moved = [x + around(fraction, stream), y + around(fraction, stream)] as const;
    return { ...change, warp: { ...change.warp, shift: moved } };
  },
});

/** Magnifies or shrinks. */
export const zoom = /* @__PURE__ */ declareImageAugmentation({
  name: 'zoom',
  title: 'Magnified or shrunk',
  paper: null,
  options: { fraction: number('Largest change of size, as a share.', { above: 0, below: 1 }) },
  draw: (change, { fraction }, stream) => ({
    ...change,
    warp: { ...change.warp, zoom: change.warp.zoom * (1 + around(fraction, stream)) },
  }),
});

/** Pads and crops. */
export const crop = /* @__PURE__ */ declareImageAugmentation({
  name: 'crop',
  title: 'Padded and cropped',
  paper: null,
  options: {
    padding: integer('Pixels added on every side before a crop of the old size.', { min: 1 }),
    fill: /* @__PURE__ */ fillOption(),
  },
  draw: (change, { padding, fill }, stream) => {
    const side = 2 * padding + 1;
    const [x, y] = change.crop;
    return {
      ...change,
      crop: [x + uniformBelow(side, stream) - padding, y + uniformBelow(side, stream) - padding],
      ...(fill === 'zero' && { cropZeros: true }),
    };
  },
});

const share = /* @__PURE__ */ v.pipe(v.number(), v.gtValue(0), v.ltValue(1));

/** Erases a patch. */
export const erase = /* @__PURE__ */ declareImageAugmentation({
  name: 'erase',
  title: 'A patch erased',
  paper: 'Zhong et al., AAAI 2020',
  options: {
    probability: probability('How often a patch is erased.'),
    area: option(
      'Smallest and largest share of the area.',
      v.strictTuple([share, share], '[smallest, largest], numbers above 0 and below 1'),
      '[smallest, largest], numbers above 0 and below 1',
      { default: [0.02, 0.2] },
    ),
  },
  draw: (change, settings, stream) =>
    uniform(stream) < settings.probability
      ? { ...change, erased: [...change.erased, drawPatch(settings.area, stream)] }
      : change,
});

/** A patch of a random area, an aspect from 0.3 to 3.3 and a random place, as in Zhong et al., AAAI 2020. */
function drawPatch([smallest, largest]: readonly [number, number], stream: RandomStream): Patch {
  const area = smallest + uniform(stream) * (largest - smallest);
  const aspect = 0.3 * 11 ** uniform(stream);
  const height = Math.min(1, Math.sqrt(area * aspect));
  const width = Math.min(1, Math.sqrt(area / aspect));
  return { height, width, top: uniform(stream) * (1 - height), left: uniform(stream) * (1 - width) };
}

/** Mixes the samples of a batch. */
export const mixup = /* @__PURE__ */ declareImageAugmentation({
  name: 'mixup',
  title: 'Samples mixed',
  paper: 'Zhang et al., ICLR 2018',
  options: {
    alpha: number('The share of the first of two samples is drawn from Beta(alpha, alpha).', {
      above: 0,
      default: 0.2,
    }),
  },
  mix: (batch, { alpha }, stream) => drawMix(batch, alpha, stream),
});

/** Every change of images; an experiment's `use` adds others. */
export const imageAugmentations = [flip, rotate, shift, zoom, crop, erase, mixup] as const;

/** Ours, and those of a list that are such parts. */
export const imageAugmentationsWith = (parts?: readonly Part[]) =>
  withParts<ImageAugmentationDefinition>(['image-augmentation'], imageAugmentations, parts);
