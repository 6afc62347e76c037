import { checkOptions, integer, number, type OptionsOf, type Resolved, show, size } from '@mer/options';
import type { FrameLandmarks, Landmarks } from '../clip.js';
import { checkLandmarks } from './check-landmarks.js';
import { isMesh, meshLandmarks } from './mesh-points.js';
import { openFaceRows } from './open-face.js';

const parseLandmarksOptions = {
  frame: integer('The frame that a single list of points belongs to.', { min: 0, default: 0 }),
  face: integer('Which face, where the file has several: its `face_id` (OpenFace), or its place from 0.', {
    min: 0,
    optional: true,
  }),
  confidence: number('Least confidence of a row of OpenFace; those of less are left out, as those without success.', {
    min: 0,
    max: 1,
    default: 0.5,
  }),
  size: size('[height, width] of the frames, needed where points are shares of the image, as those of MediaPipe.', {
    optional: true,
  }),
};

/** Options of {@link parseLandmarks}. */
export type ParseLandmarksOptions = OptionsOf<typeof parseLandmarksOptions>;

type Options = Resolved<typeof parseLandmarksOptions>;

const task = 'read landmarks';

/** Names under which programs keep the points of one face, or of several. */
const KEYS = ['points', 'landmarks', 'faceLandmarks', 'face_landmarks', 'multiFaceLandmarks', 'multi_face_landmarks'];

/**
 * Landmarks from the text of a file, whoever wrote it: 68 points as they are, 468 or 478 of MediaPipe as {@link meshLandmarks} of them.
 *
 *     JSON    a list of points [x, y], [x, y, z] or { x, y }; { landmarks: … } of one face or of several (also points, faceLandmarks, multiFaceLandmarks);
 *             [{ frame, points }], { frames: [{ frame, points }] } as `mer landmarks` writes, or an object of lists by frame number
 *     .csv    of OpenFace, one row for each frame: rows without success or of too little confidence are left out; its frames count from 1, those here from 0
 *     .pts    of iBUG, and any other lines of `x y`, `x,y`, `(x, y)` or, of a mesh, `x y z`; or one line for each frame with all its numbers
 *
 * @param text - the content of the file
 * @param options - which frame, which face, least confidence, size of the frames
 * @returns for the `landmarks` of a {@link Clip}, pixels
 * @throws SyntaxError, with the line, if the text is none of these; TypeError if there are not so many points, or they are shares of an image whose size is
 * not given; RangeError if there are several faces and `face` does not say which
 *
 * @example
 * ```ts
 * import { parseLandmarks } from '@mer/representations';
 *
 * const text = Array.from({ length: 68 }, (_, i) => `${i} ${2 * i}`).join('\n');
 * console.log(parseLandmarks(text, { frame: 5 })[0]?.frame, parseLandmarks(text)[0]?.points[3]); // 5 [ 3, 6 ]
 * ```
 *
 * Reference: iBUG 300-W's `.pts` files; OpenFace 2.2's output format; MediaPipe's `NormalizedLandmark`.
 */
export function parseLandmarks(text: string, options: ParseLandmarksOptions = {}): FrameLandmarks[] {
  const given = checkOptions(task, parseLandmarksOptions, options);
  const content = text.replace(/^\uFEFF/, '');
  const found =
    /^\s*[[{]/.test(content) && !/^\s*[{[]\s*[-+\d.]+[\s,;]+[-+\d.]+[\s\])}]*$/m.test(firstLines(content))
      ? fromJson(content, given)
      : fromLines(content, given);
  if (found.length === 0) {
    throw new RangeError(`Cannot ${task} as there must be a face in some frame: the file has none that was found`);
  }
  return found;
}

/** The first two lines, which tell bracketed numbers from JSON. */
function firstLines(text: string): string {
  try {
    JSON.parse(text);
    return '';
  } catch {
    return text.slice(0, 500);
  }
}

function fromJson(text: string, given: Options): FrameLandmarks[] {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError(`Cannot ${task} as the text must be JSON: ${(cause as Error).message}`, { cause });
  }
  const framed = listOfFrames(data);
  if (framed === undefined) {
    const faces = facesOf(data, `${task} of frame ${given.frame}`);
    return faces.length === 0 ? [] : [{ frame: given.frame, points: pointsOf(one(faces, given), given, given.frame) }];
  }
  return framed.flatMap(({ frame, data: ofFrame }) => {
    const number = typeof frame === 'string' && /^\d+$/.test(frame) ? Number(frame) : frame;
    if (typeof number !== 'number' || !Number.isInteger(number) || number < 0) {
      throw new TypeError(`Cannot ${task} as a frame must be an integer >= 0: current value is ${show(frame)}`);
    }
    const faces = facesOf(ofFrame, `${task} of frame ${number}`);
    return faces.length === 0 ? [] : [{ frame: number, points: pointsOf(one(faces, given), given, number) }];
  });
}

/** The frames of JSON with several, or undefined where it is of one frame. */
function listOfFrames(data: unknown): { frame: unknown; data: unknown }[] | undefined {
  if (Array.isArray(data)) {
    const isList = data.length > 0 && data.every((entry) => !isPoint(entry) && !Array.isArray(entry));
    if (!isList) return undefined;
    return data.map((entry: unknown, i) => {
      if (typeof entry !== 'object' || entry === null) {
        throw new TypeError(
          `Cannot ${task} as each entry of the list must be { frame, points }: one is ${show(entry)}`,
        );
      }
      return { frame: 'frame' in entry ? entry.frame : i, data: entry };
    });
  }
  if (typeof data !== 'object' || data === null) return undefined;
  if ('frames' in data && Array.isArray(data.frames)) return listOfFrames(data.frames) ?? [];
  if (KEYS.some((key) => key in data)) return undefined;
  return Object.entries(data).map(([frame, points]) => ({ frame, data: points }));
}

const isPoint = (value: unknown) =>
  (Array.isArray(value) && value.length > 0 && (typeof value[0] !== 'object' || value[0] === null)) ||
  (typeof value === 'object' && value !== null && 'x' in value && 'y' in value);

/** The faces of one frame, each a list of points; `task` begins the message. */
function facesOf(data: unknown, where: string): unknown[][] {
  let inside = data;
  if (typeof data === 'object' && data !== null && !Array.isArray(data)) {
    const key = KEYS.find((name) => name in data);
    if (key === undefined) {
      throw new TypeError(`Cannot ${where} as there must be a list of points: current value is ${show(data)}`);
    }
    inside = (data as Record<string, unknown>)[key];
    // several faces, each an object of its own ({ landmark: […] } of MediaPipe's protocol buffers)
    if (typeof inside === 'object' && inside !== null && 'landmark' in inside) inside = inside.landmark;
  }
  if (!Array.isArray(inside)) {
    throw new TypeError(`Cannot ${where} as there must be a list of points: current value is ${show(inside)}`);
  }
  if (inside.length === 0) return [];
  if (isPoint(inside[0])) return [inside];
  return inside.map((face) => {
    if (Array.isArray(face)) return face;
    const list = (face as { landmark?: unknown } | null)?.landmark;
    if (Array.isArray(list)) return list;
    throw new TypeError(`Cannot ${where} as each face must be a list of points: one is ${show(face)}`);
  });
}

/** The face that is meant. */
function one(faces: unknown[][], { face }: Options): unknown[] {
  if (face === undefined && faces.length > 1) {
    throw new RangeError(
      `Cannot ${task} as face must say which of ${faces.length} faces: give its place, 0 to ${faces.length - 1}`,
    );
  }
  const found = faces[face ?? 0];
  if (!found) throw new RangeError(`Cannot ${task} as face must be one of ${faces.length}: current value is ${face}`);
  return found;
}

/** 68 points in pixels of a list that has these, or a mesh, in pixels or shares of the image. */
function pointsOf(list: readonly unknown[], { size: frame }: Options, number: number): Landmarks {
  const where = `${task} of frame ${number}`;
  const points = list.map((point) => {
    if (Array.isArray(point)) return isMesh(list) ? point.slice(0, 2) : point;
    if (typeof point === 'object' && point !== null && 'x' in point && 'y' in point) return [point.x, point.y];
    return point;
  });
  if (isMesh(points)) {
    const wrong = points.findIndex(
      (point) => !Array.isArray(point) || !point.every(Number.isFinite) || point.length < 2,
    );
    if (wrong >= 0) {
      throw new TypeError(
        `Cannot ${where} as every point must be finite numbers: number ${wrong} is ${show(list[wrong])}`,
      );
    }
  }
  const all = (isMesh(points) ? meshLandmarks(points as number[][]) : points) as Landmarks;
  checkLandmarks(all, where);
  // a face of a pixel and a half is none
  if (!all.every(([x, y]) => Math.abs(x) <= 1.5 && Math.abs(y) <= 1.5)) return all;
  if (frame === undefined) {
    throw new TypeError(`Cannot ${where} as its points are shares of the image: say how large it is with size`);
  }
  const [height, width] = typeof frame === 'number' ? [frame, frame] : frame;
  // shares are of the sides, from the corner; (0, 0) is the center of the first pixel
  return all.map(([x, y]) => [x * width - 0.5, y * height - 0.5] as const);
}

function fromLines(text: string, given: Options): FrameLandmarks[] {
  const lines = text.split(/\r?\n/);
  const head = lines.findIndex((line) => line.trim() !== '');
  if (head >= 0 && /(^|[,;\t ])x_0\s*([,;\t]|$)/.test(lines[head]!)) {
    return openFaceRows(lines, head, given, task).map(({ frame, points }) => ({
      frame,
      points: pointsOf(points, given, frame),
    }));
  }
  const rows: number[][] = [];
  let length: number | undefined;
  for (const [index, line] of lines.entries()) {
    const content = line.trim();
    if (content === '' || /^[{}[\]]$/.test(content) || /^[a-z_]+\s*:/i.test(content)) continue;
    const numbers = content
      .replace(/[()[\]]/g, ' ')
      .trim()
      .split(/[\s,;]+/)
      .filter(Boolean)
      .map(Number);
    length ??= numbers.length;
    const known = [2, 3, 136, 936, 956, 1404, 1434].includes(numbers.length);
    if (!numbers.every(Number.isFinite) || !known || numbers.length !== length) {
      throw new SyntaxError(
        `Cannot ${task} as line ${index + 1} must hold 2 or 136 numbers${length === 2 || length === 136 ? '' : ' (3, 936 or 1404 of a mesh), as the lines before'}: it is '${content.slice(0, 40)}'`,
      );
    }
    rows.push(numbers);
  }
  if (length === undefined || length <= 3) {
    return [{ frame: given.frame, points: pointsOf(rows, given, given.frame) }];
  }
  const each = length === 1404 || length === 1434 ? 3 : 2;
  return rows.map((row, frame) => {
    const points = Array.from({ length: row.length / each }, (_, i) => [row[each * i]!, row[each * i + 1]!]);
    return { frame, points: pointsOf(points, given, frame) };
  });
}
