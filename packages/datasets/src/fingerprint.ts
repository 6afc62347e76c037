import { checkOptions, choice, type OptionsOf } from '@mer/options';
import { sha256 } from './files/sha256.js';
import type { AnyDataset, Recording } from './recordings/recording.js';

const fingerprintOptions = {
  content: choice(
    'sizes: the size of every source file is hashed; bytes: its content as well, which is slower and sees every change.',
    ['sizes', 'bytes'],
    { default: 'sizes' },
  ),
};

/** Options of {@link fingerprint}. */
export type FingerprintOptions = OptionsOf<typeof fingerprintOptions>;

/**
 * A hash that tells whether two openings of a data set give the same samples: SHA-256, 64 hexadecimal digits.
 *
 * It covers name, classes, the samples' ids and labels (of recordings the expressions) in order, the frame numbers
 * of onset, apex and offset where annotations give them, the settings, and of each sample's files the sizes
 * (with `content: 'bytes'` the content too). It does not cover paths, file names or dates: a copy of a data set, or the same
 * data in another of its layouts, has the same fingerprint.
 *
 * @throws TypeError where the platform has no WebCrypto (a browser page that is not served securely).
 *
 * @example
 * ```ts
 * import { createSyntheticDataset, fingerprint } from '@mer/datasets';
 *
 * const [one, two] = [1, 2].map((seed) => createSyntheticDataset({ seed }));
 * console.log((await fingerprint(one!)) === (await fingerprint(two!))); // false
 * ```
 */
export async function fingerprint(dataset: AnyDataset, options: FingerprintOptions = {}): Promise<string> {
  const { content } = checkOptions('make fingerprint', fingerprintOptions, options);
  const { name, kind, classes, samples, settings } = dataset;
  const files: unknown[] = [];
  for (const index of samples.keys()) {
    const sources = await dataset.sources(index);
    const seen: unknown[] = [];
    for (const { path, size } of sources) {
      seen.push(content === 'bytes' ? [size, await hashed(await dataset.readSource(path))] : size);
    }
    files.push(seen);
  }
  const text = JSON.stringify({
    name,
    kind,
    classes,
    samples: samples.map((sample) => ('label' in sample ? [sample.id, sample.label] : recordingKey(sample))),
    marks:
      dataset.kind === 'clips' ? dataset.records?.map(({ onset, apex, offset }) => [onset, apex, offset]) : undefined,
    settings: Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1)),
    files,
  });
  return hashed(new TextEncoder().encode(text));
}

/** What is said of a recording: its frames and what was annotated in them. */
const recordingKey = ({ id, fps, first, count, expressions }: Recording) => [
  id,
  fps,
  first,
  count,
  expressions?.map(({ kind, onset, apex, offset, emotion }) => [kind, onset, apex, offset, emotion]) ?? null,
];

async function hashed(bytes: Uint8Array): Promise<string> {
  const digest = await sha256(bytes);
  if (digest !== undefined) return digest;
  throw new TypeError('Cannot make fingerprint as the platform must have WebCrypto: serve the page by https');
}
