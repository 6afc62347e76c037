// What the worker answers to each question of the page.
import { listBackends, useBackend } from '@mer/backends';
import { encodeImage } from '@mer/io';
import { optionIssues, optionsSchema } from '@mer/options';
import { jsonSchemaOf } from '@mer/options/json-schema';
import type { LoadedPredictor } from '@mer/predictor';
import {
  type Clip,
  createRepresentation,
  displayImage,
  findRepresentation,
  flow,
  flowToColor,
  representations,
  steps,
} from '@mer/representations';
import * as tf from '@tensorflow/tfjs-core';
import type { ClipMarks } from '../clip-source.ts';
import type { Answering } from '../line.ts';
import type { NetworkSource, Notice } from '../protocol.ts';
import { experimentText, programText } from '../take-away.ts';
import { askNetwork, factsOf, loadNetwork, network, networkSteps } from './network.ts';
import { type ReadClip, readClip } from './open-clip.ts';
import { framePixels, measured, pixelsOf } from './pixels.ts';
import type { Videos } from './videos.ts';

/** Backends that a page can have. */
const OFFERED = ['wasm', 'webgl', 'webgpu'];
const FLOWS = ['tvl1', 'farneback', 'horn-schunck'] as const;
const camel = (name: string) => name.replaceAll(/-(\w)/g, (_all, letter: string) => letter.toUpperCase());
const FUNCTIONS = Object.keys(steps).map(camel);

/** The least motion that is drawn in full color, pixels. */
const LEAST_FULL = 0.2;

export function createAnswers(notify: (notice: Notice) => void): Answering {
  let opened: ReadClip | undefined;
  let source: NetworkSource = { kind: 'own' };
  let model: Promise<LoadedPredictor> | undefined;

  // what videos and cameras need is loaded with the first of them
  let loaded: Promise<Videos> | undefined;
  const videos = () => {
    loaded ??= import('./videos.ts').then(({ createVideos }) => createVideos(notify));
    loaded.catch(() => {
      loaded = undefined;
    });
    return loaded;
  };

  const clipWith = (marks: ClipMarks): Clip => {
    if (!opened) throw new Error('Cannot compute as a clip must be open: there is none');
    return { ...opened.clip, ...marks };
  };

  return {
    async start() {
      const reports = await listBackends();
      return {
        backends: OFFERED.map((name) => {
          const { available, device = '', isSoftware, reason = '' } = reports.find((one) => one.name === name)!;
          const words = available ? `${device}${isSoftware ? ', emulated on the processor' : ''}` : reason;
          return { name, available, words };
        }),
        representations: Object.values(representations).map(({ name, title, options }) => ({
          name,
          title,
          schema: jsonSchemaOf(optionsSchema(options)),
        })),
        flows: FLOWS,
      };
    },

    async backend({ name }) {
      await (await loaded)?.unwatch();
      // tensors belong to a backend: the frames are carried over, the network is made anew
      const frames = opened?.clip.frames;
      const values = frames && (await frames.data());
      const { device, simd } = await useBackend(name as 'wasm');
      if (model) (await model.catch(() => undefined))?.dispose();
      model = undefined;
      if (opened && frames && values) {
        const moved = tf.tensor4d(values as Float32Array, frames.shape);
        frames.dispose();
        opened = { ...opened, clip: { ...opened.clip, frames: moved } };
      }
      return { words: `${name} on ${device}${simd ? ', SIMD' : ''}` };
    },

    async open({ source }) {
      const next = await readClip(source, videos);
      opened?.clip.frames.dispose();
      opened = next;
      const { clip, title, notes } = next;
      const [count, height, width] = clip.frames.shape;
      const marks = { onset: clip.onset, apex: clip.apex, offset: clip.offset };
      return { title, notes, count, height, width, marks, frames: await framePixels(clip.frames) };
    },

    async frames() {
      if (!opened) throw new Error('Cannot save frames as a clip must be open: there is none');
      const { zipFrames } = await import('./zip-frames.ts');
      return { zip: await zipFrames(opened.clip.frames) };
    },

    async video({ video }) {
      return (await videos()).open(video);
    },
    async spot(given) {
      return (await videos()).spot(given);
    },
    async decide({ height }) {
      return (await videos()).decide(height);
    },
    async watch(given) {
      return (await videos()).watch(given);
    },
    async unwatch() {
      await (await loaded)?.unwatch();
      return {};
    },

    async represent({ name, options, marks }) {
      const definition = findRepresentation(name);
      const issues = optionIssues(optionsSchema(definition.options), options);
      if (issues.length > 0) return { issues: issues.map(({ path, text }) => ({ path: path.join('.'), text })) };
      const step = createRepresentation(name, options);
      const clip = clipWith(marks);
      const { result: image, cost } = await measured(() => step.applyAsync(clip));
      let shown: tf.Tensor3D | undefined;
      try {
        shown = await displayImage(image);
        const [least, greatest] = await extremes(image);
        const taken = {
          clip: opened!.origin,
          marks,
          name,
          options,
          call: String(step),
          functions: FUNCTIONS,
          backend: 'wasm',
          network: { steps: networkSteps, classes: network.classes, input: network.model.options.inputShape },
        };
        return {
          picture: await pixelsOf(shown),
          png: (await encodeImage(shown, 'png')) as Uint8Array<ArrayBuffer>,
          shape: image.shape,
          least,
          greatest,
          cost,
          yaml: experimentText(taken),
          typescript: programText(taken),
        };
      } finally {
        tf.dispose([image, ...(shown ? [shown] : [])]);
      }
    },

    async motion({ method, marks }) {
      const clip = clipWith(marks);
      const { result: field, cost } = await measured(() =>
        flow({ flow: method as (typeof FLOWS)[number] }).applyAsync(clip),
      );
      const [height, width] = field.shape;
      const values = (await field.data()) as Float32Array;
      let longest = 0;
      for (let i = 0; i < values.length; i += 2) longest = Math.max(longest, Math.hypot(values[i]!, values[i + 1]!));
      const colors = flowToColor(field, { max: Math.max(longest, LEAST_FULL), style: 'middlebury' });
      try {
        return { width, height, field: values.slice(), colors: await pixelsOf(colors), longest, cost };
      } finally {
        tf.dispose([field, colors]);
      }
    },

    async network({ source: wanted }) {
      const loading = loadNetwork(wanted);
      const next = await loading;
      // the one before stays where this one cannot be loaded
      if (model) (await model.catch(() => undefined))?.dispose();
      model = loading;
      source = wanted;
      return factsOf(next, wanted.kind === 'own');
    },

    async answer({ marks, explain }) {
      const clip = clipWith(marks);
      model ??= loadNetwork(source);
      const ready = await model.catch((error: unknown) => {
        model = undefined;
        throw error;
      });
      const { result, cost } = await measured(() => askNetwork(ready, clip, explain));
      return { ...result, cost };
    },
  };
}

async function extremes(image: tf.Tensor): Promise<[least: number, greatest: number]> {
  const both = tf.tidy(() => tf.stack([tf.min(image), tf.max(image)]));
  try {
    return (await both.array()) as [number, number];
  } finally {
    both.dispose();
  }
}
