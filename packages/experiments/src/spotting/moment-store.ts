import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeSafetensors, makeFolder, writeFileAtomic } from '@mer/io';
import type { MomentSource, Moments } from '@mer/spotting';
import * as v from 'valibot';

const natural = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const positive = v.pipe(v.number(), v.finite(), v.gtValue(0));
const header = v.looseObject({
  __metadata__: v.object({ key: v.string(), moments: v.string() }),
});
const entry = v.object({
  dtype: v.literal('U8'),
  shape: v.tuple([natural, natural, natural, natural]),
  data_offsets: v.tuple([natural, natural]),
});
const about = v.object({ rate: positive, stride: natural, frames: natural, reach: v.record(v.string(), natural) });

/** Bytes of the longest head of a file that is believed. */
const MOST_HEAD = 1 << 16;

/**
 * Keeps what networks see of a recording as a safetensors file, whole or not at all: its images are read a few at a time afterwards, so that a study holds those of one
 * recording while it looks at it, and of none while it trains.
 */
export async function writeMoments(path: string, key: string, moments: Moments): Promise<void> {
  const { rate, stride, frames, images } = moments;
  const each = Object.entries(images);
  const reach = Object.fromEntries(each.map(([name, one]) => [name, one.reach]));
  await makeFolder(join(path, '..'));
  await writeFileAtomic(
    path,
    encodeSafetensors(
      Object.fromEntries(
        each.map(([name, { shape, pixels }]) => [name, { dtype: 'uint8', shape: [...shape], data: pixels }]),
      ),
      { key, moments: JSON.stringify({ rate, stride, frames, reach }) },
    ),
  );
}

/** What {@link writeMoments} has kept under this key; undefined where that must be made: not there, not whole, or of another key. */
export async function openMoments(path: string, key: string): Promise<MomentSource | undefined> {
  try {
    return await opened(path, key);
  } catch {
    return undefined;
  }
}

async function opened(path: string, key: string): Promise<MomentSource | undefined> {
  const file = await open(path);
  let start: number;
  let head: Record<string, unknown>;
  let size: number;
  try {
    ({ size } = await file.stat());
    const first = Buffer.alloc(8);
    await file.read(first, 0, 8, 0);
    const length = Number(first.readBigUInt64LE());
    if (length > Math.min(MOST_HEAD, size - 8)) return undefined;
    const text = Buffer.alloc(length);
    await file.read(text, 0, length, 8);
    head = JSON.parse(text.toString('utf8')) as Record<string, unknown>;
    start = 8 + length;
  } finally {
    await file.close();
  }
  const { __metadata__: metadata } = v.parse(header, head);
  if (metadata.key !== key) return undefined;
  const { reach, ...counts } = v.parse(about, JSON.parse(metadata.moments));
  const images = Object.fromEntries(
    Object.entries(reach).map(([name, ahead]) => {
      const { shape, data_offsets } = v.parse(entry, head[name]);
      const bytes = shape.reduce((product, side) => product * side, 1);
      if (data_offsets[1] - data_offsets[0] !== bytes || start + data_offsets[1] > size) throw new Error('not whole');
      return [name, { reach: ahead, shape, at: start + data_offsets[0] }];
    }),
  );
  return {
    ...counts,
    images,
    async read(name, moments) {
      const { shape, at } = images[name]!;
      const bytes = shape[1] * shape[2] * shape[3];
      const found = new Uint8Array(moments.length * bytes);
      const handle = await open(path);
      try {
        for (let i = 0; i < moments.length; ) {
          // neighbors at once
          let end = i + 1;
          while (end < moments.length && moments[end] === moments[end - 1]! + 1) end++;
          await handle.read(found, i * bytes, (end - i) * bytes, at + moments[i]! * bytes);
          i = end;
        }
      } finally {
        await handle.close();
      }
      return found;
    },
  };
}
