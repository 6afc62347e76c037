import type { Resolved } from '@mer/options';
import { type ActionUnitUse, emotionPatterns, type SyntheticEmotion } from './action-units.js';
import { drawUnits } from './clip-plan.js';
import { type Excursion, ease } from './courses.js';
import { proportions } from './plan-set.js';
import { type Random, randomStream } from './random.js';
import type { recordingEntries } from './recording-options.js';
import { shuffle } from './shuffle.js';

/** An expression in a recording. */
export interface PlannedExpression extends Excursion {
  kind: 'micro' | 'macro';
  emotion: SyntheticEmotion;
  units: readonly ActionUnitUse[];
  /** Greatest movement of the skin, pixels at 224. */
  amplitude: number;
}

/** A blink: full when the lids meet. */
export interface PlannedBlink extends Excursion {
  what: 'blink';
}

/** A turn of the head, there and back. */
export interface PlannedTurn extends Excursion {
  what: 'turn';
  /** Greatest movement to the right, down, and by tilting, pixels at 224. */
  yaw: number;
  pitch: number;
  roll: number;
}

/** Talking: how far the jaw is down (0..1) and the mouth wide (-1..1), frame by frame between its ends. */
export interface PlannedTalk {
  what: 'talk';
  onset: number;
  offset: number;
  /** Shapes of the mouth, one after the other; the mouth goes smoothly from one to the next. */
  shapes: readonly { frame: number; jaw: number; wide: number }[];
}

/** A glance: the eyes jump to somewhere, and stay until the next. */
export interface PlannedGaze {
  what: 'gaze';
  onset: number;
  offset: number;
  /** Where to, face units from where the eyes are at rest. */
  u: number;
  v: number;
}

export type PlannedDistractor = PlannedBlink | PlannedTurn | PlannedTalk | PlannedGaze;

/** What happens in a recording, before any pixel is drawn. */
export interface RecordingPlan {
  frames: number;
  /** By onset. */
  expressions: readonly PlannedExpression[];
  /** By onset. */
  distractors: readonly PlannedDistractor[];
}

/** Settings of one recording. */
export type RecordingSettings = Resolved<ReturnType<typeof recordingEntries>> & {
  subject: string;
  video: string;
  micros: number;
  macros: number;
};

/** Seconds between two expressions, and before the first and after the last. */
const GAP = 0.5;
/** Seconds before and after an expression that distractors keep clear of. */
const CLEAR = 0.25;

/**
 * Decides what happens in a recording.
 *
 * @throws RangeError where the expressions do not fit.
 */
export function planRecording(settings: RecordingSettings): RecordingPlan {
  const { seed, subject, video, seconds, fps } = settings;
  const frames = Math.max(2, Math.round(seconds * fps));
  const random = randomStream('recording', seed, subject, video);
  const expressions = drawExpressions(settings, frames, random);
  // Distractors have a stream for each kind, so that more of one leave the others where they are.
  const stream = (what: string) => randomStream(what, seed, subject, video);
  const shielded = expressions
    .filter(() => !random.chance(settings.overlap))
    .map(({ onset, offset }) => ({ onset: onset - CLEAR * fps, offset: offset + CLEAR * fps }));
  const distractors: PlannedDistractor[] = [
    ...drawTalks(settings, frames, shielded, stream('talks')),
    ...drawTurns(settings, frames, shielded, stream('turns')),
    ...drawBlinks(settings, frames, shielded, stream('blinks')),
    ...drawGazes(settings, frames, shielded, stream('gazes')),
  ];
  return { frames, expressions, distractors: distractors.sort((a, b) => a.onset - b.onset) };
}

function drawExpressions(settings: RecordingSettings, frames: number, random: Random): PlannedExpression[] {
  const { seed, subject, seconds, fps, micros, macros, crowded } = settings;
  const half = Math.floor(fps / 2);
  const kinds = shuffle(
    [...new Array<'micro'>(micros).fill('micro'), ...new Array<'macro'>(macros).fill('macro')],
    random,
  );
  const drawn = kinds.map((kind) => {
    // half a second is the border; short macro-expressions are more frequent than long ones
    const exact = kind === 'micro' ? fps * random.uniform(0.2, 0.5) : half + fps * 3.5 * random.uniform() ** 2;
    const least = kind === 'micro' ? Math.ceil(0.2 * fps) : half + 1;
    const most = kind === 'micro' ? half : 4 * fps;
    return { kind, least, length: Math.min(most, Math.max(least, Math.round(exact))) };
  });
  const gap = Math.round(GAP * fps);
  const needs = (of: 'length' | 'least') => drawn.reduce((sum, one) => sum + one[of] + 1 + gap, gap);
  let room = frames - needs('length');
  if (room < 0 && !crowded) {
    // the long ones become shorter where they do not fit
    const spare = needs('length') - needs('least');
    const share = Math.min(1, -room / Math.max(1, spare));
    for (const one of drawn) one.length -= Math.ceil(share * (one.length - one.least));
    room = frames - needs('length');
  }
  const longest = Math.max(0, ...drawn.map(({ length }) => length + 1 + 2 * gap));
  if (crowded ? longest > frames : drawn.length > 0 && room < 0) {
    const must = Math.ceil((crowded ? longest : needs('least')) / fps);
    throw new RangeError(
      `Cannot plan a recording as its ${micros} micro- and ${macros} macro-expressions must fit into it: they need ${must} seconds of ${seconds}`,
    );
  }
  const cuts = drawn.map(() => random.uniform()).sort((a, b) => a - b);
  let before = gap;
  const habits = () => randomStream('habits', seed, subject);
  const expressions = drawn.map(({ kind, length }, i): PlannedExpression => {
    const onset = crowded
      ? gap + Math.floor(random.uniform(0, frames - 2 * gap - length))
      : before + Math.floor(cuts[i]! * (room + 1));
    before += length + 1 + gap;
    const offset = onset + length;
    const apex = Math.min(offset - 1, Math.max(onset + 1, Math.round(onset + length * random.uniform(0.35, 0.6))));
    const holds = kind === 'macro' ? random.uniform(0, 0.6) : 0;
    const hold = Math.floor(holds * Math.max(0, offset - apex - 1));
    const emotion = drawEmotion(random);
    const units = drawUnits(random, habits(), emotion);
    const amplitude =
      kind === 'micro' ? settings.amplitude * random.uniform(0.6, 1) : settings.macroAmplitude * random.uniform(0.5, 1);
    return { kind, emotion, units, amplitude, onset, apex, offset, hold };
  });
  return expressions.sort((a, b) => a.onset - b.onset || a.offset - b.offset);
}

function drawEmotion(random: Random): SyntheticEmotion {
  const names = Object.keys(emotionPatterns) as SyntheticEmotion[];
  let draw = random.uniform(
    0,
    names.reduce((sum, name) => sum + proportions[name], 0),
  );
  return names.find((name) => (draw -= proportions[name]) < 0) ?? names[0]!;
}

/** Frames that something takes. */
interface Taken {
  onset: number;
  offset: number;
}

const meets = (a: Taken, b: Taken) => a.onset <= b.offset && b.onset <= a.offset;

/**
 * Draws places for about `rate` events per minute, clear of what is `shielded` and of one another; fewer where there is no room.
 *
 * @param length - draws the frames of an event but the first
 */
function places(
  rate: number,
  { seconds, fps }: RecordingSettings,
  frames: number,
  shielded: readonly Taken[],
  random: Random,
  length: () => number,
): Taken[] {
  const wanted = (rate * seconds) / 60;
  const count = Math.floor(wanted) + (random.chance(wanted % 1) ? 1 : 0);
  const taken: Taken[] = [];
  for (let i = 0; i < count; i++) {
    for (let tries = 0; tries < 40; tries++) {
      const frameCount = Math.max(2, Math.round(length()));
      const onset = Math.floor(random.uniform(0, frames - frameCount));
      const place = { onset, offset: onset + frameCount };
      const around = { onset: onset - 0.1 * fps, offset: place.offset + 0.1 * fps };
      if (onset < 0 || shielded.some((one) => meets(one, place)) || taken.some((one) => meets(one, around))) continue;
      taken.push(place);
      break;
    }
  }
  return taken.sort((a, b) => a.onset - b.onset);
}

function drawBlinks(settings: RecordingSettings, frames: number, shielded: readonly Taken[], random: Random) {
  const length = () => settings.fps * random.uniform(0.17, 0.4);
  return places(settings.blinks, settings, frames, shielded, random, length).map(({ onset, offset }): PlannedBlink => {
    // lids close faster than they open
    const apex = Math.max(onset + 1, Math.round(onset + (offset - onset) * random.uniform(0.3, 0.42)));
    const hold = Math.floor(random.uniform(0, 0.25) * (offset - apex - 1));
    return { what: 'blink', onset, apex, offset, hold };
  });
}

function drawTurns(settings: RecordingSettings, frames: number, shielded: readonly Taken[], random: Random) {
  const { turns, seconds, fps, distractorAmplitude } = settings;
  const length = () => fps * random.uniform(0.5, Math.min(3.5, Math.max(0.6, seconds / 3)));
  return places(turns, settings, frames, shielded, random, length).map(({ onset, offset }): PlannedTurn => {
    const apex = Math.max(onset + 1, Math.round(onset + (offset - onset) * random.uniform(0.25, 0.45)));
    const hold = Math.floor(random.uniform(0, 0.5) * Math.max(0, offset - apex - 1));
    const direction = random.uniform(0, 2 * Math.PI);
    const tilt = random.uniform(-0.6, 0.6);
    const size = distractorAmplitude * random.uniform(0.4, 1);
    const rest = size * Math.sqrt(1 - tilt * tilt);
    return {
      ...{ what: 'turn', onset, apex, offset, hold },
      ...{ yaw: rest * Math.cos(direction), pitch: rest * Math.sin(direction), roll: size * tilt },
    };
  });
}

function drawTalks(settings: RecordingSettings, frames: number, shielded: readonly Taken[], random: Random) {
  const { talks, seconds, fps } = settings;
  const length = () => fps * random.uniform(1, Math.min(5, Math.max(1.2, seconds / 4)));
  return places(talks, settings, frames, shielded, random, length).map(({ onset, offset }): PlannedTalk => {
    const shapes = [{ frame: onset, jaw: 0, wide: 0 }];
    let open = true;
    // about four syllables a second
    for (let at = onset + 0.1 * fps; at < offset - 0.1 * fps; at += fps * random.uniform(0.08, 0.17)) {
      const jaw = open ? random.uniform(0.35, 1) : random.uniform(0, 0.2);
      shapes.push({ frame: at, jaw, wide: random.uniform(-1, 1) });
      open = !open;
    }
    shapes.push({ frame: offset, jaw: 0, wide: 0 });
    return { what: 'talk', onset, offset, shapes };
  });
}

function drawGazes(settings: RecordingSettings, frames: number, shielded: readonly Taken[], random: Random) {
  const length = () => settings.fps * random.uniform(0.03, 0.07);
  return places(settings.gazes, settings, frames, shielded, random, length).map(({ onset, offset }): PlannedGaze => {
    const home = random.chance(0.4);
    const along = (most: number) => (home ? 0 : Math.max(-most, Math.min(most, 0.5 * most * random.normal())));
    return { what: 'gaze', onset, offset, u: along(0.05), v: along(0.015) };
  });
}

/** The shape of the mouth while somebody talks. */
export function mouthAt({ shapes }: PlannedTalk, frame: number): { jaw: number; wide: number } {
  const next = shapes.findIndex((shape) => shape.frame >= frame);
  if (next <= 0) return { jaw: 0, wide: 0 };
  const [a, b] = [shapes[next - 1]!, shapes[next]!];
  const share = ease((frame - a.frame) / (b.frame - a.frame));
  return { jaw: a.jaw + share * (b.jaw - a.jaw), wide: a.wide + share * (b.wide - a.wide) };
}
