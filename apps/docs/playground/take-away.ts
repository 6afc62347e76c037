// What a visitor takes away: the experiment file and the program that make what the page shows.
import { stringify } from 'yaml';
import { type ClipMarks, nameOf } from './clip-source.ts';

/** The generated clip of the page: options of createSyntheticDataset, and which clip of it. */
export interface ExampleClip {
  readonly kind: 'example';
  readonly options: object;
  readonly index: number;
}
/** Somebody's own files, and the size to which they were brought; undefined where they kept theirs. */
export interface OwnClip {
  readonly kind: 'pictures' | 'gif';
  readonly names: readonly string[];
  readonly size: readonly [height: number, width: number] | undefined;
}

export interface TakeAway {
  readonly clip: ExampleClip | OwnClip;
  readonly marks: ClipMarks;
  /** Name of the representation, its options as given, and the call that makes it: `trdi({ gray: true })`. */
  readonly name: string;
  readonly options: object;
  readonly call: string;
  /** Functions of @mer/representations that make a step. */
  readonly functions: readonly string[];
  /** Backend that runs in Node too. */
  readonly backend: string;
  /** The network's steps as a call, its classes and its file. */
  readonly network: { readonly steps: string; readonly classes: readonly string[]; readonly input: readonly number[] };
}

/** File of the network's weights, as it is downloaded. */
export const WEIGHTS = 'playground-network.safetensors';

/** The experiment file. */
export function experimentText({ clip, name, options, backend }: TakeAway): string {
  const example = clip.kind === 'example';
  const data = example
    ? { name: 'synthetic', options: { subjects: 6, clipsPerSubject: 6, size: 64 } }
    : { name: 'clip-folder', root: 'my-clips', ...(clip.size && { frames: { size: [...clip.size] } }) };
  const experiment = {
    name: `playground-${name}`,
    data,
    inputs: [{ steps: [Object.keys(options).length > 0 ? { step: name, options } : name] }],
    model: { name: 'small-cnn' },
    training: { epochs: 10, batchSize: 8, optimizer: { name: 'adam', learningRate: 0.003 } },
    protocol: { name: 'leave-one-subject-out' },
    backend,
  };
  const words = example
    ? 'On generated faces; put your data set under data.'
    : 'Your clips: one folder each below my-clips, and my-clips/manifest.csv with the columns subject,clip,label,onset,apex,offset.';
  return `# mer run playground.yaml\n# ${words}\n${stringify(experiment, { flowCollectionPadding: true, lineWidth: 100 })}`;
}

const importOf = (names: readonly string[], from: string) =>
  names.length > 0 ? `import { ${[...names].sort().join(', ')} } from '${from}';` : undefined;

const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
/** A value as TypeScript. */
export function literal(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(
    ([key, one]) => `${/^[a-z_$][\w$]*$/i.test(key) ? key : quote(key)}: ${literal(one)}`,
  );
  return entries.length > 0 ? `{ ${entries.join(', ')} }` : '{}';
}

function reading(clip: TakeAway['clip']): string[] {
  if (clip.kind === 'example') {
    return [
      `const faces = createSyntheticDataset(${literal(clip.options)});`,
      `const { frames } = await faces.readClip(${clip.index}, { from: 'first', to: 'last' });`,
    ];
  }
  const size = clip.size && literal(clip.size);
  if (clip.kind === 'pictures') {
    return [
      "const folder = await openFolder('my-clip'); // the folder of your pictures",
      `const files: string[] = ${literal(clip.names.map(nameOf))};`,
      `const frames = await readFrames(folder, files, { ${size ? `size: ${size}, ` : ''}color: true });`,
    ];
  }
  return [
    `const { pages = 1 } = await sharp(${quote(nameOf(clip.names[0]!))}, { animated: true }).metadata();`,
    'const images: tf.Tensor3D[] = [];',
    'for (let page = 0; page < pages; page++) {',
    `  const pixels = sharp(${quote(nameOf(clip.names[0]!))}, { page }).toColorspace('srgb').removeAlpha().raw();`,
    '  const { data, info } = await pixels.toBuffer({ resolveWithObject: true });',
    "  const image = tf.tensor3d(new Uint8Array(data), [info.height, info.width, 3], 'float32');",
    `  images.push(${size ? `resize(tf.div(image, 255) as tf.Tensor3D, { size: ${size} })` : 'tf.div(image, 255)'} as tf.Tensor3D);`,
    '}',
    'const frames = tf.stack(images) as tf.Tensor4D;',
  ];
}

/** The program: the picture, and the network's answer with its heat map. */
export function programText({ clip, marks, call, functions, backend, network }: TakeAway): string {
  const body = [
    `await useBackend(${quote(backend)});`,
    ...reading(clip),
    `const clip = { frames, onset: ${marks.onset}, apex: ${marks.apex}, offset: ${marks.offset} };`,
    '',
    `const image = await ${call}.applyAsync(clip);`,
    "await writeImage('picture.png', await displayImage(image));",
    '',
    '// A network that has seen generated faces only: what it says of a real face means nothing.',
    `const classes = ${literal(network.classes)};`,
    `const model = createModel('small-cnn', { classes: classes.length, inputShape: ${literal(network.input)} });`,
    `loadWeights(model, await readWeights(${quote(WEIGHTS)}));`,
    `const input = tf.expandDims(await ${network.steps}.applyAsync(clip), 0);`,
    'const probabilities = await tf.softmax(model.predictOnBatch(input) as tf.Tensor).data();',
    'classes.forEach((name, i) => console.log(name, probabilities[i]!.toFixed(3)));',
    '',
    'const { heatMaps } = await gradCam(model, input);',
    'const heat = tf.squeeze(heatMaps[0]!, [0]) as tf.Tensor2D;',
    "await writeImage('heat-map.png', overlayHeatMap(await frame({ at: 'apex' }).applyAsync(clip), heat));",
  ].join('\n');
  const ours = (names: readonly string[]) => names.filter((name) => new RegExp(`\\b${name}\\(`).test(body));
  const packages = ['backends', 'datasets', 'io', 'models', 'representations'].map((name) => `@mer/${name}`);
  const sharp = clip.kind !== 'example' ? ' sharp' : '';
  return `${[
    '// Makes picture.png and heat-map.png, and prints the classes, as the playground does.',
    `//   npm install ${packages.join(' ')} @tensorflow/tfjs-core @tensorflow/tfjs-layers @tensorflow/tfjs-backend-${backend}${sharp}`,
    `//   beside it: ${WEIGHTS}${clip.kind === 'example' ? '' : clip.kind === 'gif' ? `, ${nameOf(clip.names[0]!)}` : ', my-clip/ with your pictures'}`,
    '//   node playground.ts     (Node 22.18 or newer; before: npx tsx playground.ts)',
    importOf(['useBackend'], '@mer/backends'),
    importOf(ours(['createSyntheticDataset', 'openFolder', 'readFrames']), '@mer/datasets'),
    importOf(ours(['readWeights', 'writeImage']), '@mer/io'),
    importOf(ours(['createModel', 'gradCam', 'loadWeights', 'overlayHeatMap']), '@mer/models'),
    importOf(ours(['displayImage', 'pipe', ...functions]), '@mer/representations'),
    "import * as tf from '@tensorflow/tfjs-core';",
    clip.kind === 'gif' ? "import sharp from 'sharp';" : undefined,
    '',
    body,
  ]
    .filter((line) => line !== undefined)
    .join('\n')}\n`;
}
