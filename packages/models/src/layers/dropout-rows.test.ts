import { useBackend } from '@mer/backends';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { streamState } from '../random.js';
import { DropPath } from './drop-path.js';
import { dropoutMask, SeededDropout } from './seeded-dropout.js';

const rates = fc.constantFrom(0, 0.1, 0.25, 0.5, 0.9);

/** Into which parts a batch is split: where each begins, and where the last ends. */
const splits = (total: number) =>
  fc
    .uniqueArray(fc.integer({ min: 1, max: Math.max(1, total - 1) }), { maxLength: total - 1 })
    .map((places) => [0, ...places.filter((place) => place < total).sort((a, b) => a - b), total]);

const batches = fc
  .integer({ min: 1, max: 9 })
  .chain((total) => fc.record({ total: fc.constant(total), bounds: splits(total) }));

describe('masks of some rows of a batch', () => {
  beforeAll(() => useBackend('cpu'));

  it('from any place on are those of the whole stream', () => {
    fc.assert(
      fc.property(rates, fc.nat({ max: 200 }), fc.nat({ max: 200 }), fc.nat(), (rate, start, size, seed) => {
        const state = streamState(seed, 'mask');
        const whole = dropoutMask(start + size, rate, state);
        expect(dropoutMask(size, rate, state, start)).toEqual(whole.slice(start));
      }),
    );
  });

  it.each([
    { name: 'SeededDropout', make: (rate: number) => new SeededDropout({ name: 'drop', rate, seed: 7 }) },
    { name: 'DropPath', make: (rate: number) => new DropPath({ name: 'drop', rate, seed: 7 }) },
  ])('of $name are those of the whole batch, however it is split', ({ make }) => {
    fc.assert(
      fc.property(
        rates,
        batches,
        fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 2 }),
        fc.integer({ min: 1, max: 3 }),
        fc.nat({ max: 3 }),
        (rate, { total, bounds }, rest, each, step) => {
          const layer = make(rate);
          tf.tidy(() => {
            // several rows for each sample, as of frames or windows
            const x = tf.ones([total * each, ...rest]);
            layer.step = step;
            const whole = layer.call(x, { training: true }).dataSync();
            const parts = bounds.slice(1).map((end, i) => {
              const [first, count] = [bounds[i]!, end - bounds[i]!];
              layer.step = step;
              const part = tf.ones([count * each, ...rest]);
              return layer.call(part, { training: true, rows: { first, count, total } });
            });
            expect(tf.concat(parts, 0).dataSync()).toEqual(whole);
            expect(layer.step).toBe(step + (rate === 0 ? 0 : 1));
          });
        },
      ),
    );
  });
});
