import type { Landmarks } from '@mer/representations';
import { grainTable, headWeights, placeFace } from './clip.js';
import { excursion, slowCourse } from './courses.js';
import { createFace, type Face } from './face.js';
import { faceLandmarks } from './face-landmarks.js';
import { fieldOf, type MotionField, type Movement, motionField } from './motion-field.js';
import { type EyeState, paintEye } from './paint-eye.js';
import { lightOf, type Placement, paintFace } from './paint-face.js';
import type { Point } from './paint-point.js';
import { randomStream } from './random.js';
import { mouthAt, type PlannedGaze, type RecordingPlan, type RecordingSettings } from './recording-plan.js';
import { sampleCubic } from './sample-cubic.js';
import { bump } from './shapes.js';

/** Draws the frames of a recording, in any order, and tells where its points are. */
export interface RecordingCanvas {
  /** A frame `[size, size, 3]`, 8-bit values as a camera gives them. */
  draw(frame: number): Uint8ClampedArray<ArrayBuffer>;
  /** The 68 points of the face in a frame. */
  landmarks(frame: number): Landmarks;
  /** How far what is seen at a place of a frame has moved since it was at rest, pixels; to be called before the next frame is drawn. */
  motion(frame: number): (x: number, y: number) => readonly [right: number, down: number];
}

/** Movement of the skin in the part of the picture where there is any. */
interface LocalField {
  left: number;
  top: number;
  width: number;
  height: number;
  right: Float32Array;
  down: Float32Array;
  darker: Float32Array;
}

/** The head at a time: shift, tilt (radians) and turn (pixels at the tip of the nose). */
interface Pose {
  dx: number;
  dy: number;
  roll: number;
  yaw: number;
  pitch: number;
}

/** All that moves at a time. */
interface Moment {
  pose: Pose;
  eye: EyeState;
  /** Movement of the skin by all that moves it, and the rows where there is any. */
  top: number;
  bottom: number;
}

/** What talking and blinking move, beside lips and lids themselves. */
function habitualMovements(face: Face): Record<'jaw' | 'wide' | 'lid', Movement[]> {
  const { eyeX, eyeY, mouthY, mouthWidth, lipLower, lipUpper } = face;
  const both = { strength: [1, 1] } as const;
  return {
    jaw: [
      {
        ...both,
        central: true,
        patches: [
          { u: 0, v: mouthY + lipLower + 0.11, reachU: 0.22, reachV: 0.11, outward: 0, down: 1 },
          { u: 0, v: mouthY - lipUpper, reachU: 0.15, reachV: 0.04, outward: 0, down: -0.25 },
        ],
        folds: [{ u: 0, v: mouthY + 0.015, reachU: 0.14, reachV: 0.016, depth: 1 }],
      },
    ],
    wide: [
      {
        ...both,
        patches: [{ u: mouthWidth, v: mouthY, reachU: 0.11, reachV: 0.09, outward: 1, down: 0 }],
        folds: [],
      },
    ],
    lid: [
      { ...both, patches: [{ u: eyeX, v: eyeY - 0.09, reachU: 0.12, reachV: 0.045, outward: 0, down: 1 }], folds: [] },
    ],
  };
}

/** Makes what draws a recording: the face is painted once, and moved frame by frame. */
export function recordingCanvas(settings: RecordingSettings, plan: RecordingPlan): RecordingCanvas {
  const { seed, subject, video, size, fps, noise, light } = settings;
  const square = { height: size, width: size };
  /** Pixels of this picture in one of 224. */
  const scale = size / 224;
  const random = randomStream('recording look', seed, subject, video);
  const face = createFace(seed, subject);
  const place = placeFace({ ...square, faceShare: 0.44 }, random);
  const lightShift = 0.05 * random.normal();
  const lambert = new Float32Array(size * size);
  const still = paintFace(face, place, size, size, { lightShift, lambert });
  const brush = { face, light: lightOf(face, lightShift), pixel: 1 / place.unit };
  const weights = headWeights(square, place);
  const depth = depthOf(face, place, size);
  const grains = grainTable(seed);

  const drift = settings.drift * scale;
  const courses = Object.fromEntries(
    ['dx', 'dy', 'roll', 'yaw', 'pitch', 'lamp', 'slant'].map((name) => [name, slowCourse(random)]),
  ) as Record<'dx' | 'dy' | 'roll' | 'yaw' | 'pitch' | 'lamp' | 'slant', (seconds: number) => number>;

  const fields = new Map<unknown, LocalField>();
  /** The field of something, which stays: it is as long as there are expressions, not frames. */
  const fieldFor = (key: unknown, greatest: number, make: () => MotionField): LocalField => {
    let field = fields.get(key);
    if (!field) fields.set(key, (field = localField(make(), size, greatest * scale, place.unit)));
    return field;
  };
  const habitual = habitualMovements(face);
  const habit = (name: 'jaw' | 'wide' | 'lid', share: number) =>
    fieldFor(name, share * settings.distractorAmplitude, () =>
      fieldOf(place, { ...square, amplitude: 1 }, habitual[name]),
    );

  const { distractors, expressions } = plan;
  const of = <W extends (typeof distractors)[number]['what']>(what: W) =>
    distractors.filter((one): one is Extract<(typeof distractors)[number], { what: W }> => one.what === what);
  const [blinks, turns, talks, gazes] = [of('blink'), of('turn'), of('talk'), of('gaze')];

  const right = new Float32Array(size * size);
  const down = new Float32Array(size * size);
  const darker = new Float32Array(size * size);
  let rows = [size, -1] as [top: number, bottom: number];
  const clear = () => {
    const [from, to] = [rows[0] * size, (rows[1] + 1) * size];
    if (to > from) for (const sum of [right, down, darker]) sum.fill(0, from, to);
    rows = [size, -1];
  };
  const add = ({ left, top, width, height, ...field }: LocalField, strength: number) => {
    if (strength === 0 || width === 0) return;
    for (let y = 0; y < height; y++) {
      let at = (top + y) * size + left;
      for (let from = y * width, end = from + width; from < end; from++, at++) {
        right[at]! += strength * field.right[from]!;
        down[at]! += strength * field.down[from]!;
        darker[at]! += strength * field.darker[from]!;
      }
    }
    rows = [Math.min(rows[0], top), Math.max(rows[1], top + height - 1)];
  };

  const poseAt = (frame: number): Pose => {
    const seconds = frame / fps;
    const pose: Pose = {
      dx: 0.7 * drift * courses.dx(seconds),
      dy: 0.7 * drift * courses.dy(seconds),
      roll: (0.3 * drift * courses.roll(seconds)) / place.unit,
      yaw: 0.5 * drift * courses.yaw(seconds),
      pitch: 0.5 * drift * courses.pitch(seconds),
    };
    for (const turn of turns) {
      const strength = scale * excursion(turn, frame);
      pose.yaw += strength * turn.yaw;
      pose.pitch += strength * turn.pitch;
      pose.roll += (strength * turn.roll) / place.unit;
    }
    return pose;
  };

  /** Sums up what moves in a frame; what is at hand afterwards is of this frame. */
  const momentAt = (frame: number): Moment => {
    clear();
    for (const one of expressions) {
      const strength = excursion(one, frame);
      if (strength > 0) {
        add(
          fieldFor(one, one.amplitude, () => motionField(face, place, { ...square, amplitude: 1 }, one.units)),
          strength,
        );
      }
    }
    for (const talk of talks) {
      if (frame <= talk.onset || frame >= talk.offset) continue;
      const { jaw, wide } = mouthAt(talk, frame);
      add(habit('jaw', 0.9), jaw);
      add(habit('wide', 0.4), wide);
    }
    const closed = Math.max(0, ...blinks.map((blink) => excursion(blink, frame)));
    add(habit('lid', 0.4), closed);
    return { pose: poseAt(frame), eye: { closed, ...gazeAt(gazes, frame) }, top: rows[0], bottom: rows[1] };
  };

  /** Where the skin at a place of the picture has come from: the head is moved back first, then the skin. */
  const motionAt = ({ pose }: Moment, x: number, y: number): readonly [number, number] => {
    const w = bilinear(weights, size, x, y);
    const z = bilinear(depth, size, x, y);
    const headX = w * (pose.dx - pose.roll * (y - place.centerY) + pose.yaw * z);
    const headY = w * (pose.dy + pose.roll * (x - place.centerX) + pose.pitch * z);
    return [headX + bilinear(right, size, x - headX, y - headY), headY + bilinear(down, size, x - headX, y - headY)];
  };

  return {
    motion(frame) {
      const moment = momentAt(frame);
      return (x, y) => motionAt(moment, x, y);
    },
    landmarks(frame) {
      const moment = momentAt(frame);
      return faceLandmarks(face, moment.eye.closed).map(([u, v]) => {
        const [x, y] = [place.centerX + u * place.unit, place.centerY + v * place.unit];
        // the place whose skin comes from here: the movement changes little from pixel to pixel, so this converges fast
        let [nowX, nowY] = [x, y];
        for (let i = 0; i < 20; i++) {
          const [movedX, movedY] = motionAt(moment, nowX, nowY);
          [nowX, nowY] = [x + movedX, y + movedY];
        }
        return [nowX, nowY] as const;
      });
    },
    draw(frame) {
      const { pose, eye, top, bottom } = momentAt(frame);
      const { dx, dy, roll, yaw, pitch } = pose;
      const start = randomStream('grain', seed, subject, video, frame);
      const seconds = frame / fps;
      const bright = 255 * (1 + light * courses.lamp(seconds));
      // from one side to the other the light changes a little differently
      const slant = (light * courses.slant(seconds)) / size;
      const grain = 255 * noise;
      const picture = new Uint8ClampedArray(size * size * 3);
      const rgb = new Float32Array(3);
      const eyes = eyeBoxes(face, place, brush.pixel);
      const point: Point = { u: 0, v: 0, a: 0, red: 0, green: 0, blue: 0 };
      const last = size - 2;
      for (let y = 0; y < size; y++) {
        let g = Math.floor(start.uniform(0, 65536));
        for (let x = 0; x < size; x++) {
          const at = y * size + x;
          const to = at * 3;
          const weight = weights[at]!;
          let gain = bright * (1 + slant * (x - 0.5 * size));
          if (weight > 0) {
            const z = depth[at]!;
            let fromX = x - weight * (dx - roll * (y - place.centerY) + yaw * z);
            let fromY = y - weight * (dy + roll * (x - place.centerX) + pitch * z);
            if (fromY >= top - 1 && fromY <= bottom + 1) {
              const x0 = Math.max(0, Math.min(last, Math.floor(fromX)));
              const y0 = Math.max(0, Math.min(last, Math.floor(fromY)));
              const [fx, fy] = [fromX - x0, fromY - y0];
              const p = y0 * size + x0;
              const [a, b, c, d] = [(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy];
              const q = p + size;
              gain *= 1 - Math.min(0.5, a * darker[p]! + b * darker[p + 1]! + c * darker[q]! + d * darker[q + 1]!);
              fromX -= a * right[p]! + b * right[p + 1]! + c * right[q]! + d * right[q + 1]!;
              fromY -= a * down[p]! + b * down[p + 1]! + c * down[q]! + d * down[q + 1]!;
            }
            sampleCubic(still, size, size, fromY, fromX, rgb);
            if (fromY > eyes.top && fromY < eyes.bottom) {
              point.u = (fromX - place.centerX) / place.unit;
              point.a = Math.abs(point.u);
              if (point.a > eyes.inner && point.a < eyes.outer) {
                point.v = (fromY - place.centerY) / place.unit;
                point.red = rgb[0]!;
                point.green = rgb[1]!;
                point.blue = rgb[2]!;
                paintEye(point, brush, bilinear(lambert, size, fromX, fromY), eye);
                rgb[0] = point.red;
                rgb[1] = point.green;
                rgb[2] = point.blue;
              }
            }
            picture[to] = gain * rgb[0]! + grain * grains[g++ & 65535]!;
            picture[to + 1] = gain * rgb[1]! + grain * grains[g++ & 65535]!;
            picture[to + 2] = gain * rgb[2]! + grain * grains[g++ & 65535]!;
          } else {
            for (let c = 0; c < 3; c++) picture[to + c] = gain * still[to + c]! + grain * grains[g++ & 65535]!;
          }
        }
      }
      return picture;
    },
  };
}

/** Where the eyes look: they stay where the last glance has brought them. */
function gazeAt(gazes: readonly PlannedGaze[], frame: number): Pick<EyeState, 'gazeU' | 'gazeV'> {
  let [gazeU, gazeV] = [0, 0];
  for (const { onset, offset, u, v } of gazes) {
    if (frame <= onset) break;
    const share = Math.min(1, (frame - onset) / (offset - onset));
    [gazeU, gazeV] = [gazeU + share * (u - gazeU), gazeV + share * (v - gazeV)];
  }
  return { gazeU, gazeV };
}

/** How much a pixel moves when the head turns: 1 at the tip of the nose, which is farthest from the neck. */
function depthOf(face: Face, place: Placement, size: number): Float32Array {
  const depth = new Float32Array(size * size);
  for (let y = 0; y < size; y++) {
    const v = (y - place.centerY) / place.unit;
    for (let x = 0; x < size; x++) {
      const u = (x - place.centerX) / place.unit;
      depth[y * size + x] =
        0.3 + 0.48 * bump(u, v - 0.15, 0.55, 0.75) + 0.22 * bump(u, v - face.noseY + 0.04, 0.13, 0.2);
    }
  }
  return depth;
}

/** Cuts out the part where there is movement, and makes the greatest movement this many pixels. */
function localField({ right, down, darker }: MotionField, size: number, greatest: number, unit: number): LocalField {
  let most = 0;
  let [left, top, end, bottom] = [size, size, -1, -1];
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const at = y * size + x;
      const length = Math.hypot(right[at]!, down[at]!);
      if (length === 0 && darker[at] === 0) continue;
      most = Math.max(most, length);
      [left, end, top, bottom] = [Math.min(left, x), Math.max(end, x), Math.min(top, y), Math.max(bottom, y)];
    }
  }
  const [width, height] = [Math.max(0, end - left + 1), Math.max(0, bottom - top + 1)];
  const factor = most > 0 ? greatest / most : 0;
  // Folds deepen with the movement, which is seen against the size of the face.
  const fold = greatest > 0 ? Math.min(0.12, (1.5 * greatest) / unit + 0.02) : 0;
  const cut = (from: Float32Array, change: (value: number) => number) =>
    Float32Array.from({ length: width * height }, (_, i) =>
      change(from[(top + Math.floor(i / width)) * size + left + (i % width)]!),
    );
  return {
    ...{ left, top, width, height },
    right: cut(right, (value) => factor * value),
    down: cut(down, (value) => factor * value),
    darker: cut(darker, (value) => fold * Math.min(1, value)),
  };
}

/** The value between four pixels; edges repeated. */
function bilinear(values: Float32Array, size: number, x: number, y: number): number {
  const x0 = Math.max(0, Math.min(size - 2, Math.floor(x)));
  const y0 = Math.max(0, Math.min(size - 2, Math.floor(y)));
  const [fx, fy] = [x - x0, y - y0];
  const at = y0 * size + x0;
  return (
    (1 - fy) * ((1 - fx) * values[at]! + fx * values[at + 1]!) +
    fy * ((1 - fx) * values[at + size]! + fx * values[at + size + 1]!)
  );
}

/** Where eyes may be painted: rows in pixels, distance from the middle line in face units. */
function eyeBoxes({ eyeX, eyeY, eyeWidth, eyeHeight, eyeTilt }: Face, { centerY, unit }: Placement, pixel: number) {
  const line = 4.4 * Math.max(0.009, 0.55 * pixel);
  const tilt = Math.abs(eyeTilt) * 1.2 * eyeWidth;
  return {
    top: centerY + (eyeY - eyeHeight - 0.032 - line - tilt) * unit,
    bottom: centerY + (eyeY + 0.62 * eyeHeight + line + tilt) * unit,
    inner: eyeX - 1.2 * eyeWidth,
    outer: eyeX + 1.2 * eyeWidth,
  };
}
