import type { ClipDataset, Dataset, DatasetNote, ImageDataset } from './dataset.js';

/**
 * Joins data sets of one kind and the same classes into one, for composite and cross-data-set evaluation. Samples keep
 * their data set, so that a protocol can leave a whole data set out; subjects of different data sets never mix, because
 * they are told apart by data set and subject.
 *
 * @throws TypeError where kinds or classes differ, or a sample is in two of them.
 *
 * @example
 * ```ts
 * import { composeDatasets, createSyntheticDataset } from '@mer/datasets';
 *
 * const parts = [1, 2].map((seed) => createSyntheticDataset({ subjects: 2, clipsPerSubject: 3, seed, name: `made${seed}` }));
 * const both = composeDatasets('cross', parts);
 * console.log(both.samples.length, both.samples[6]?.id); // 12 'made2/sub01/EP01_01'
 * ```
 */
export function composeDatasets<D extends ClipDataset | ImageDataset>(name: string, parts: readonly D[]): D {
  const [first] = parts;
  if (!first) throw new TypeError(`Cannot compose data set '${name}' as it must have parts: there are none`);
  for (const { name: part, kind, classes, labelKind = 'single' } of parts) {
    if (kind !== first.kind) {
      throw new TypeError(
        `Cannot compose data set '${name}' as its parts must be of one kind: '${first.name}' has ${first.kind}, '${part}' ${kind}`,
      );
    }
    if (labelKind !== (first.labelKind ?? 'single')) {
      throw new TypeError(
        `Cannot compose data set '${name}' as its samples must all have one label, or all any number: '${part}' differs from '${first.name}'`,
      );
    }
    if (classes.length !== first.classes.length || classes.some((one, i) => one !== first.classes[i])) {
      throw new TypeError(
        `Cannot compose data set '${name}' as its parts must have the same classes: '${first.name}' has ${first.classes.join(', ')}; '${part}' ${classes.join(', ')}`,
      );
    }
  }
  const samples = parts.flatMap((part) => part.samples);
  const ids = new Set<string>();
  const twice = samples.find(({ id }) => ids.size === ids.add(id).size);
  if (twice) {
    throw new TypeError(
      `Cannot compose data set '${name}' as its parts must not share samples: '${twice.id}' is there twice`,
    );
  }
  const places = parts.flatMap((part, number) => part.samples.map((_, index) => ({ part, number, index })));
  const at = (index: number) => {
    const place = places[index];
    if (place) return place;
    throw new RangeError(`Cannot read sample as index must be 0 to ${places.length - 1}: current value is ${index}`);
  };
  const notes: readonly DatasetNote[] = Object.freeze(
    parts.flatMap((part) =>
      part.notes.map((note) => ({ ...note, key: note.key ? `${part.name}/${note.key}` : part.name })),
    ),
  );
  const base = {
    kind: first.kind,
    name,
    classes: first.classes,
    ...(first.labelKind && { labelKind: first.labelKind }),
    samples: Object.freeze(samples),
    notes,
    ...joinOrigins(parts),
    settings: Object.fromEntries(parts.map((part, i) => [`${i}:${part.name}`, part.settings])),
    async sources(index: number) {
      const { part, number, index: inside } = at(index);
      const files = await part.sources(inside);
      return files.map((file) => ({ ...file, path: `${number}:${file.path}` }));
    },
    async readSource(path: string) {
      const [, number, inside] = /^(\d+):(.*)$/s.exec(path) ?? [];
      const part = parts[Number(number)];
      if (!part || inside === undefined) throw new RangeError(`Cannot read '${path}' as it must be one of the sources`);
      return part.readSource(inside);
    },
  };
  const whole: Dataset =
    first.kind === 'images'
      ? {
          ...base,
          kind: 'images',
          readImage: async (index) => {
            const { part, index: inside } = at(index);
            return (part as ImageDataset).readImage(inside);
          },
        }
      : {
          ...base,
          kind: 'clips',
          ...joinRecords(parts as readonly ClipDataset[]),
          readClip: async (index, options) => {
            const { part, index: inside } = at(index);
            return (part as ClipDataset).readClip(inside, options);
          },
          ...(parts.every((part) => 'openClip' in part) && {
            openClip: async (index, options) => {
              const { part, index: inside } = at(index);
              return (part as Required<ClipDataset>).openClip(inside, options);
            },
          }),
        };
  return Object.freeze(whole) as D;
}

/** The annotation files of all parts, and the clips that their class schemes leave out. */
function joinOrigins(parts: readonly Dataset[]): Pick<Dataset, 'annotationFiles' | 'outside'> {
  const files = parts.flatMap(({ annotationFiles }) => annotationFiles ?? []);
  const outside: Record<string, number> = {};
  for (const { outside: some = {} } of parts) {
    for (const [label, n] of Object.entries(some)) outside[label] = (outside[label] ?? 0) + n;
  }
  return {
    ...(parts.some(({ annotationFiles }) => annotationFiles) && { annotationFiles: files }),
    ...(parts.some((part) => part.outside) && { outside }),
  };
}

/** The annotations of all parts, where each has them. */
function joinRecords(parts: readonly ClipDataset[]): Pick<ClipDataset, 'records'> {
  if (parts.some(({ records }) => !records)) return {};
  return { records: Object.freeze(parts.flatMap(({ records = [] }) => records)) };
}
