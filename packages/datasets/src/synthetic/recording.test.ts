import { memory, setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { excursion } from './courses.js';
import { planRecordings } from './plan-recordings.js';
import { drawnRecording, type SyntheticRecordingOptions, syntheticRecording } from './recording.js';
import { planRecording, type RecordingSettings } from './recording-plan.js';

beforeAll(() => setBackend('cpu'));

/** Options of a recording with every default, `given` put over them. */
const settingsFor = (given: Partial<RecordingSettings> = {}): RecordingSettings => ({
  ...planRecordings({ videos: 1, subjects: 1, micros: 2, macros: 1, size: 64 })[0]!,
  ...given,
});
const nothingElse = { drift: 0, blinks: 0, turns: 0, talks: 0, gazes: 0, noise: 0, light: 0 };
const meet = (a: { onset: number; offset: number }, b: { onset: number; offset: number }) =>
  a.onset <= b.offset && b.onset <= a.offset;

describe('planRecording()', () => {
  const seeds = Array.from({ length: 20 }, (_, seed) => seed);

  it('keeps to the lengths of micro- and macro-expressions, at any frame rate, one after the other', () => {
    for (const fps of [10, 30, 200]) {
      for (const seed of seeds) {
        const { frames, expressions } = planRecording(settingsFor({ seed, fps, micros: 8, macros: 4 }));
        expect(frames).toBe(60 * fps);
        expect(expressions.filter(({ kind }) => kind === 'micro')).toHaveLength(8);
        for (const [i, { kind, onset, apex, offset, hold }] of expressions.entries()) {
          const seconds = (offset - onset) / fps;
          expect(kind === 'micro' ? seconds >= 0.2 && seconds <= 0.5 : seconds > 0.5 && seconds <= 4.1).toBe(true);
          expect(onset < apex && apex + hold < offset && offset < frames).toBe(true);
          if (i > 0) expect(onset - expressions[i - 1]!.offset).toBeGreaterThan(fps / 2);
        }
      }
    }
  });

  it('keeps distractors clear of expressions, or lets them meet, as it is told', () => {
    const meetings = (overlap: number) =>
      seeds.map((seed) => {
        const { expressions, distractors } = planRecording(settingsFor({ seed, overlap, micros: 10, turns: 12 }));
        return expressions.filter((one) => distractors.some((other) => meet(one, other))).length;
      });
    expect(Math.max(...meetings(0))).toBe(0);
    expect(meetings(1).reduce((a, b) => a + b)).toBeGreaterThan(40);
  });

  it('lets expressions overlap only where it is told, and says where they do not fit', () => {
    const tight = { seconds: 6, micros: 10, macros: 0 };
    expect(() => planRecording(settingsFor(tight))).toThrow(
      /Cannot plan a recording as its 10 micro- and 0 macro-expressions must fit into it: they need 8 seconds of 6$/,
    );
    const { expressions } = planRecording(settingsFor({ ...tight, crowded: true }));
    expect(expressions).toHaveLength(10);
    expect(expressions.some((one, i) => i > 0 && meet(one, expressions[i - 1]!))).toBe(true);
    // long macro-expressions become shorter before anything is refused
    for (const seed of seeds) planRecording(settingsFor({ seed, seconds: 8, micros: 2, macros: 4 }));
  });

  it('gives about as many distractors as asked for', () => {
    const { distractors } = planRecording(settingsFor({ blinks: 20, turns: 3, talks: 1, gazes: 0, overlap: 1 }));
    const count = (what: string) => distractors.filter((one) => one.what === what).length;
    expect(['blink', 'turn', 'talk', 'gaze'].map(count)).toEqual([20, 3, 1, 0]);
    expect(planRecording(settingsFor({ ...nothingElse, micros: 0, macros: 0 }))).toMatchObject({
      expressions: [],
      distractors: [],
    });
  });
});

describe('planRecordings()', () => {
  it('plans 6 recordings of 60 seconds with 12 micro- and 6 macro-expressions, one of them without any', () => {
    for (const seed of [0, 1, 2]) {
      const plans = planRecordings({ seed });
      expect(plans).toHaveLength(6);
      expect(new Set(plans.map(({ subject }) => subject)).size).toBe(6);
      expect(plans.every(({ seconds, fps, size }) => seconds === 60 && fps === 30 && size === 224)).toBe(true);
      const sum = (kind: 'micros' | 'macros') => plans.reduce((total, plan) => total + plan[kind], 0);
      expect([sum('micros'), sum('macros')]).toEqual([12, 6]);
      expect(plans.filter(({ micros, macros }) => micros + macros === 0).length).toBeGreaterThanOrEqual(1);
    }
    expect(planRecordings({ seed: 1 })).toEqual(planRecordings({ seed: 1 }));
    expect(planRecordings({ seed: 1 })).not.toEqual(planRecordings({ seed: 2 }).map((plan) => ({ ...plan, seed: 1 })));
  });

  it('names recordings as CAS(ME)^2 does, several of a subject', () => {
    const names = planRecordings({ videos: 5, subjects: 2 }).map(({ subject, video }) => `${subject}/${video}`);
    expect(names).toEqual(['s15/disgust1', 's15/disgust2', 's15/anger1', 's16/disgust1', 's16/disgust2']);
    const many = planRecordings({ videos: 81, subjects: 81 }).map(({ subject }) => subject);
    expect(new Set(many).size).toBe(81);
    expect(many.at(-1)).toBe('s99');
  });

  it('refuses what cannot be', () => {
    const fails = (given: object, message: string | RegExp) => expect(() => planRecordings(given)).toThrow(message);
    fails(
      { subjects: 7 },
      'Cannot plan synthetic recordings as subjects must be at most videos, 6: current value is 7',
    );
    fails({ videos: 20, subjects: 2 }, 'videos must be at most 9 a subject, 18: current value is 20');
    fails({ quiet: 6 }, 'quiet must be less than videos, 6, where there are expressions');
    fails({ micro: 3 }, /micro/);
    expect(planRecordings({ micros: 0, macros: 0 }).every(({ micros, macros }) => micros + macros === 0)).toBe(true);
  });
});

describe('syntheticRecording()', () => {
  const small = { seconds: 6, size: 48, micros: 1, macros: 1, blinks: 30 } satisfies SyntheticRecordingOptions;
  const bytes = async (options: SyntheticRecordingOptions, first: number, count: number) => {
    const frames = await syntheticRecording(options).frames.read(first, count);
    const values = [...(await frames.data())];
    frames.dispose();
    return values;
  };

  it('draws any frame again, alike whichever others are read, as 8-bit values in 0..1', async () => {
    const before = memory().numTensors;
    const { frames, intervals } = syntheticRecording(small);
    expect(frames.shape).toEqual([180, 48, 48, 3]);
    const marked = intervals[0]!.apex;
    const three = await frames.read(marked - 1, 3);
    const again = await frames.read(marked, 1);
    expect(memory().numTensors).toBe(before + 2);
    expect(three.shape).toEqual([3, 48, 48, 3]);
    const part = 48 * 48 * 3;
    const values = [...(await three.data())];
    expect([...(await again.data())]).toEqual(values.slice(part, 2 * part));
    expect(await bytes(small, marked, 1)).toEqual(values.slice(part, 2 * part));
    expect(values.slice(part, 2 * part)).not.toEqual(values.slice(0, part));
    expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(values.every((value) => Math.abs(255 * value - Math.round(255 * value)) < 1e-4)).toBe(true);
    for (const tensor of [three, again]) tensor.dispose();
    await expect(frames.read(179, 2)).rejects.toThrow('the last frame must be an integer from 0 to 179');
    await expect(frames.read(-1, 2)).rejects.toThrow('the first frame must be an integer from 0 to 179');
  });

  it('depends on the seed, the subject and the video; another video of a subject shows the same face', async () => {
    const one = await bytes(small, 0, 1);
    const far = async (options: object) => {
      const other = await bytes({ ...small, ...options }, 0, 1);
      return one.reduce((sum, value, i) => sum + Math.abs(value - other[i]!), 0) / one.length;
    };
    expect(await far({})).toBe(0);
    const [seed, subject, video] = [await far({ seed: 1 }), await far({ subject: 's16' }), await far({ video: 'x' })];
    expect(video).toBeGreaterThan(0);
    expect(Math.min(seed, subject)).toBeGreaterThan(2 * video);
  });

  it('is gray on request', async () => {
    const color = await bytes(small, 3, 1);
    const gray = await bytes({ ...small, color: false }, 3, 1);
    expect(gray).toHaveLength(color.length / 3);
    expect(gray[700]).toBeCloseTo(0.299 * color[2100]! + 0.587 * color[2101]! + 0.114 * color[2102]!, 5);
  });

  it('has landmarks in each second and in any frame', () => {
    const { landmarks, landmarksAt } = syntheticRecording({ ...small, seconds: 2.5, micros: 0, macros: 0 });
    expect(landmarks.map(({ frame }) => frame)).toEqual([0, 30, 60]);
    expect(landmarks.every(({ points }) => points.length === 68)).toBe(true);
    expect(landmarksAt(30)).toEqual(landmarks[1]!.points);
    expect(() => landmarksAt(75)).toThrow(
      'Cannot read frames of s15/disgust1 as frame must be an integer from 0 to 74',
    );
  });

  it('moves the skin by an expression in its places alone, and by no more than its amplitude', () => {
    for (const seed of [0, 1, 2]) {
      const { canvas, plan } = drawnRecording(settingsFor({ ...nothingElse, seed, micros: 4, macros: 2 }));
      for (const { kind, onset, apex, offset, amplitude } of plan.expressions) {
        const sizes = (frame: number) => {
          const motion = canvas.motion(frame);
          return Array.from({ length: 64 * 64 }, (_, i) => Math.hypot(...motion(i % 64, Math.floor(i / 64))));
        };
        const strongest = sizes(apex);
        const greatest = (Math.max(...strongest) * 224) / 64;
        expect(greatest).toBeCloseTo(amplitude, 4);
        expect(greatest).toBeLessThanOrEqual(kind === 'micro' ? 1 + 1e-6 : 3 + 1e-6);
        expect(greatest).toBeGreaterThanOrEqual(kind === 'micro' ? 0.6 - 1e-6 : 1.5 - 1e-6);
        expect(strongest.filter((size) => size === 0).length).toBeGreaterThan(0.4 * strongest.length);
        expect(Math.max(...sizes(onset), ...sizes(offset))).toBe(0);
      }
    }
  });

  it('turns the head by as much as is allowed, and brings it back', () => {
    const only = { ...nothingElse, micros: 0, macros: 0, turns: 30 };
    const { canvas, plan } = drawnRecording(settingsFor(only));
    expect(plan.distractors.length).toBeGreaterThan(5);
    const greatest = plan.distractors.map((turn) => {
      if (turn.what !== 'turn') throw new Error('only turns were asked for');
      const [at, before, after] = [turn.apex, turn.onset, turn.offset].map((frame) => {
        const motion = canvas.motion(frame);
        return (
          (Math.max(...Array.from({ length: 64 * 64 }, (_, i) => Math.hypot(...motion(i % 64, i >> 6)))) * 224) / 64
        );
      });
      expect([before, after]).toEqual([0, 0]);
      return at!;
    });
    // a tilt moves the crown, 1.1 face units away, a little more
    expect(Math.max(...greatest)).toBeLessThan(3.6);
    expect(Math.min(...greatest)).toBeGreaterThan(0.8);
  });

  it('closes the lids in a blink', () => {
    const { canvas, plan } = drawnRecording(
      settingsFor({ ...nothingElse, size: 112, blinks: 12, micros: 0, macros: 0 }),
    );
    const blink = plan.distractors.find(({ what }) => what === 'blink')!;
    if (blink.what !== 'blink') throw new Error('only blinks were asked for');
    const gap = (frame: number) => {
      const points = canvas.landmarks(frame);
      return points[41]![1] - points[37]![1];
    };
    expect(gap(blink.onset)).toBeGreaterThan(3);
    expect(Math.abs(gap(blink.apex))).toBeLessThan(0.01);
    // the white of the eye, brighter than anything around it, is gone
    const brightest = (frame: number) => {
      const picture = canvas.draw(frame);
      const [outer, inner] = [canvas.landmarks(0)[36]!, canvas.landmarks(0)[39]!];
      let most = 0;
      for (let x = Math.ceil(outer[0]); x <= inner[0]; x++) {
        for (let y = Math.round(outer[1]) - 2; y <= Math.round(outer[1]) + 2; y++)
          most = Math.max(most, picture[(y * 112 + x) * 3 + 2]!);
      }
      return most;
    };
    expect(brightest(blink.apex)).toBeLessThan(0.75 * brightest(blink.onset));
    expect(excursion(blink, blink.apex)).toBe(1);
  });

  it('has landmarks that follow the picture to 0.3 pixels', () => {
    const size = 160;
    const { canvas, plan } = drawnRecording(
      settingsFor({ size, noise: 0, light: 0, blinks: 0, talks: 0, gazes: 0, turns: 20, micros: 0, macros: 0 }),
    );
    const turns = plan.distractors.slice(0, 4).flatMap((one) => (one.what === 'turn' ? [one.apex] : []));
    expect(turns).toHaveLength(4);
    const [still, points] = [canvas.draw(0), canvas.landmarks(0)];
    const green = (picture: Uint8ClampedArray, x: number, y: number) => {
      const [x0, y0] = [Math.floor(x), Math.floor(y)];
      const at = (dx: number, dy: number) => picture[((y0 + dy) * size + x0 + dx) * 3 + 1]!;
      const [fx, fy] = [x - x0, y - y0];
      return (1 - fy) * ((1 - fx) * at(0, 0) + fx * at(1, 0)) + fy * ((1 - fx) * at(0, 1) + fx * at(1, 1));
    };
    const around = [-6, -4, -2, 0, 2, 4, 6];
    // moved by a tenth of a pixel and more, until the picture there is most like that around the point at the beginning
    const shifts = Array.from({ length: 17 }, (_, i) => (i - 8) / 10);
    let [followed, all, traveled] = [0, 0, 0];
    for (const frame of turns) {
      const [picture, now] = [canvas.draw(frame), canvas.landmarks(frame)];
      for (const [i, [x, y]] of now.entries()) {
        const [x0, y0] = points[i]!;
        if (Math.min(x, y, x0, y0) < 8 || Math.max(x, y, x0, y0) > size - 9) continue;
        let best = { error: Number.POSITIVE_INFINITY, off: 0 };
        for (const dy of shifts) {
          for (const dx of shifts) {
            let error = 0;
            for (const v of around) {
              for (const u of around)
                error += (green(picture, x + dx + u, y + dy + v) - green(still, x0 + u, y0 + v)) ** 2;
            }
            if (error < best.error) best = { error, off: Math.hypot(dx, dy) };
          }
        }
        all++;
        traveled = Math.max(traveled, Math.hypot(x - x0, y - y0));
        if (best.off <= 0.3) followed++;
      }
    }
    expect(all).toBeGreaterThan(200);
    expect(traveled).toBeGreaterThan(1);
    // along an edge any shift looks alike, so that a few are told wrongly
    expect(followed / all).toBeGreaterThan(0.9);
  });
});
