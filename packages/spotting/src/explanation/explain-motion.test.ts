import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { around, type Motion, recordingOf } from '../../test/moving-face.js';
import { directionOf, unitsOf } from './action-units.js';
import { explainMotion } from './explain-motion.js';
import { explanationPicture } from './explanation-picture.js';
import { explanationPrompt } from './explanation-prompt.js';
import { explanationRows, explanationText } from './explanation-text.js';

beforeAll(() => tf.setBackend('wasm'));
afterAll(() => tf.setBackend('cpu'));

/** The left brow and both corners of the mouth go up, and the head to the right and down; pixels of 160. */
const smile: Motion = (t, x, y) => {
  const up = 1.6 * around(x, y, [51, 44], 30) + 2 * around(x, y, [58, 116], 22) + 2 * around(x, y, [102, 116], 22);
  return [0.9 * t, 0.5 * t - t * up * 0.5];
};

const explained = (motion: Motion, head?: 'nose' | 'none') =>
  explainMotion(recordingOf(3, motion), { onset: 0, apex: 2 }, { size: 128, around: 0, ...(head && { head }) });

describe('explainMotion()', () => {
  it('finds what moves and where to, and takes the head off', async () => {
    const recording = recordingOf(3, smile);
    const before = tf.memory().numTensors;
    const explanation = await explainMotion(recording, { onset: 0, apex: 2 }, { size: 128, around: 0 });
    expect(tf.memory().numTensors).toBe(before);
    const moves = Object.fromEntries(explanation.regions.map(({ name, direction }) => [name, direction]));
    expect(moves).toMatchObject({
      'left inner brow': 'up',
      'left corner of the mouth': 'up',
      'right corner of the mouth': 'up',
    });
    // at rest: neither goes with the head
    for (const name of ['right inner brow', 'right outer brow', 'right eye']) {
      expect(explanation.regions.find((region) => region.name === name)!.magnitude, name).toBeLessThan(0.6);
    }
    expect(explanation.units.map(({ unit }) => unit)).toEqual(expect.arrayContaining([1, 12]));
    expect(explanation.units.find(({ unit }) => unit === 12)!.regions.length).toBe(2);
    // 1.8 and 1 pixels of 160, in a square that is as wide as eight half distances of the eye corners: 128 of them
    const { right, turn, down, nod } = explanation.head;
    expect(right + turn).toBeGreaterThan(1.2);
    expect(down + nod).toBeGreaterThan(0.5);

    const nose = await explained(smile, 'nose');
    expect(nose.units.map(({ unit }) => unit)).toEqual(expect.arrayContaining([1, 12]));
    const none = await explained(smile, 'none');
    expect(none.regions.filter(({ direction }) => direction === 'still')).toEqual([]);
  });

  it('says that nothing moves where only the head does', async () => {
    const explanation = await explained((t) => [0.6 * t, -0.3 * t]);
    expect(explanation.units).toEqual([]);
    expect(explanationText(explanation)).toMatch(/^Nothing in the face moves by 0\.3 pixels or more/);
  });

  it('refuses marks that are none', async () => {
    const still = recordingOf(3, () => [0, 0]);
    for (const [onset, apex] of [
      [1, 1],
      [0, 3],
      [0, 0.5],
    ] as const) {
      await expect(explainMotion(still, { onset, apex })).rejects.toThrow(
        `onset and apex must be two of its 3 frames, one after the other: current values are ${onset} and ${apex}`,
      );
    }
    const { landmarks: _, ...bare } = still;
    await expect(explainMotion(bare, { onset: 0, apex: 1 })).rejects.toThrow('landmarks of the face');
  });
});

describe('an explanation', () => {
  it('is a table, sentences, a picture and a prompt that say the same', async () => {
    const explanation = await explained(smile);
    const [head, ...rows] = explanationRows(explanation);
    expect(head).toEqual(['region', 'pixels of 256', 'greatest', 'direction', 'suggests']);
    expect(rows.length).toBe(14);
    const text = explanationText(explanation);
    expect(text).toMatch(/The left corner of the mouth moves up by \d\.\d pixels\./);
    expect(text).toContain('AU 12 (lip corner puller: ');
    expect(text).toMatch(/The head moves by \d\.\d pixels and tilts by \d\.\d degrees: taken off by the pose/);
    const svg = explanationPicture(explanation, { frame: { href: 'a"b.png', width: 160, height: 160 } });
    expect(svg).toContain('href="a&#34;b.png"');
    expect(svg.match(/<rect [^>]*fill="none"/g)!.length).toBe(14);
    expect(svg.match(/<line /g)!.length).toBe(
      explanation.regions.filter(({ direction }) => direction !== 'still').length,
    );
    const [system, user] = explanationPrompt(explanation, { classes: ['happiness', 'disgust'] });
    expect(system!.role).toBe('system');
    expect(user!.content).toContain('| left corner of the mouth |');
    expect(user!.content).toContain('Which of these classes fits best: happiness, disgust?');
    expect(() => explanationPrompt(explanation, { classes: ['one'] })).toThrow('there must be two classes');
  });
});

describe('unitsOf()', () => {
  it.each([
    ['left inner brow', [0, -1], [1]],
    ['left inner brow', [1, 0.9], [4]],
    ['right outer brow', [0.3, -1], [2]],
    ['right side of the nose', [0, -1], [9]],
    ['above the lip, left', [0, -1], [10]],
    ['right corner of the mouth', [0.9, -1], [12]],
    ['right corner of the mouth', [1, 0], [14, 20]],
    ['right corner of the mouth', [-1, 0], [18]],
    ['left corner of the mouth', [-1, 0.1], [14, 20]],
    ['left corner of the mouth', [0, 1], [15]],
    ['lower lip', [0, 1], [25]],
    ['chin', [0, -1], [17]],
    ['left eye', [0, 1], [45]],
    ['chin', [1, 0], []],
    ['chin', [0, 0], []],
  ] as const)('of the %s going %j are %j', (region, motion, units) => {
    expect(unitsOf(region, motion)).toEqual(units);
  });

  it('and directions are those of the picture', () => {
    expect(
      [
        [1, 0],
        [1, 1],
        [0, 1],
        [-1, 1],
        [-1, 0],
        [-1, -1],
        [0, -1],
        [1, -1],
      ].map(([u, v]) => directionOf([u!, v!])),
    ).toEqual(['right', 'down and right', 'down', 'down and left', 'left', 'up and left', 'up', 'up and right']);
  });
});
