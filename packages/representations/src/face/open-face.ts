import { show } from '@mer/options';

/** The points of the rows of a CSV of OpenFace that can be used; frames from 0. */
export function openFaceRows(
  lines: readonly string[],
  head: number,
  { face, confidence: least }: { face?: number | undefined; confidence: number },
  task: string,
): { frame: number; points: (readonly [number, number])[] }[] {
  const cells = (line: string) => line.split(/[,;\t]/).map((cell) => cell.trim());
  const names = cells(lines[head]!);
  const at = (name: string) => names.indexOf(name);
  const columns = Array.from({ length: 68 }, (_, i) => [at(`x_${i}`), at(`y_${i}`)] as const);
  const absent = columns.findIndex(([x, y]) => x < 0 || y < 0);
  if (absent >= 0) {
    throw new SyntaxError(
      `Cannot ${task} as line ${head + 1} must name the columns x_0 to x_67 and y_0 to y_67: x_${absent} or y_${absent} is absent (run OpenFace with -2Dfp)`,
    );
  }
  const faces = new Set<number>();
  const rows: { frame: number; face: number; points: (readonly [number, number])[] }[] = [];
  let read = 0;
  for (let i = head + 1; i < lines.length; i++) {
    if (lines[i]!.trim() === '') continue;
    const row = cells(lines[i]!);
    const value = (column: number, name: string, otherwise: number) => {
      if (column < 0) return otherwise;
      const number = row[column] ? Number(row[column]) : Number.NaN;
      if (!Number.isFinite(number)) {
        throw new SyntaxError(
          `Cannot ${task} as line ${i + 1} must hold a finite number in its column ${name}: it is ${show(row[column])}`,
        );
      }
      return number;
    };
    if (row.length !== names.length) {
      throw new SyntaxError(
        `Cannot ${task} as line ${i + 1} must have the ${names.length} columns of line ${head + 1}: it has ${row.length}`,
      );
    }
    // without the column, as of single pictures, rows are frames
    const frame = at('frame') < 0 ? read : value(at('frame'), 'frame', 0) - 1;
    read++;
    if (!Number.isInteger(frame) || frame < 0) {
      throw new SyntaxError(
        `Cannot ${task} as line ${i + 1} must have a frame of at least 1, as OpenFace counts: it is ${row[at('frame')]}`,
      );
    }
    const id = value(at('face_id'), 'face_id', at('face') < 0 ? 0 : value(at('face'), 'face', 0));
    if (value(at('success'), 'success', 1) === 0 || value(at('confidence'), 'confidence', 1) < least) continue;
    faces.add(id);
    if (face !== undefined && id !== face) continue;
    rows.push({
      frame,
      face: id,
      points: columns.map(([x, y], k) => [value(x, `x_${k}`, 0), value(y, `y_${k}`, 0)] as const),
    });
  }
  const known = [...faces].sort((a, b) => a - b);
  if (face === undefined && known.length > 1) {
    throw new RangeError(
      `Cannot ${task} as face must say which of ${known.length} faces: the column face_id has ${known.slice(0, 10).join(', ')}`,
    );
  }
  if (face !== undefined && known.length > 0 && !faces.has(face)) {
    throw new RangeError(
      `Cannot ${task} as face must be one of ${known.slice(0, 10).join(', ')} (the column face_id): current value is ${face}`,
    );
  }
  const seen = new Set<number>();
  const twice = rows.find(({ frame }) => seen.size === seen.add(frame).size);
  if (twice) throw new SyntaxError(`Cannot ${task} as frame ${twice.frame + 1} must have one row: it has several`);
  return rows;
}
