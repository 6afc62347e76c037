import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { useBackend } from '@mer/backends';
import { readImage, readPytorchCheckpoint } from '@mer/io';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { worstDifference } from '../test/compare.js';
import { createStstNet, loadWeights } from './index.js';

const shared = process.env['MER_SHARED_DATA'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const folder = join(shared, 'megc2019-flow28');

/** The rows of a CSV file without quotes, by column. */
function rows(file: string): Array<Record<string, string>> {
  const [header, ...lines] = readFileSync(join(folder, file), 'utf8').trim().split('\n');
  const names = header!.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((value, index) => [names[index]!, value])));
}

/** Rows by the value of a column. */
function groupBy(all: Array<Record<string, string>>, column: string): Map<string, Array<Record<string, string>>> {
  const groups = new Map<string, Array<Record<string, string>>>();
  for (const row of all) groups.set(row[column]!, [...(groups.get(row[column]!) ?? []), row]);
  return groups;
}

describe.skipIf(!existsSync(folder))("STSTNet with its authors' weights (skipped without ../shared/data)", () => {
  it.each(['cpu', 'wasm'] as const)('gives all 442 published logits on %s', async (backend) => {
    await useBackend(backend);
    const key = ({ dataset, subject, clip }: Record<string, string>) => `${dataset}/${subject}/${clip}`;
    const files = new Map(rows('manifest.csv').map((row) => [key(row), row['file']!]));
    const bySubject = groupBy(rows('ststnet-reference-logits.csv'), 'subject');
    const model = createStstNet({ classes: 3 });
    let clips = 0;
    let worst = 0;
    for (const [subject, clipsOfSubject] of bySubject) {
      loadWeights(model, await readPytorchCheckpoint(join(folder, 'ststnet-fold-weights', `${subject}.pth`)));
      const images = await Promise.all(
        clipsOfSubject.map(async (row) => {
          const image = await readImage(join(folder, files.get(key(row))!), { channels: 3, range: 'byte' });
          // the authors read B, G, R
          const turned = tf.reverse(image, 2);
          image.dispose();
          return turned;
        }),
      );
      const batch = tf.stack(images);
      const logits = model.predict(batch) as tf.Tensor;
      const expected = clipsOfSubject.map((row) => [0, 1, 2].map((index) => Number(row[`logit${index}`])));
      worst = Math.max(worst, worstDifference(logits.arraySync(), expected));
      clips += images.length;
      tf.dispose([images, batch, logits]);
    }
    model.dispose();
    expect(clips).toBe(442);
    expect(worst).toBeLessThan(1e-4);
  });
});
