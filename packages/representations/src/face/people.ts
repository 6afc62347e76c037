import type { Face, FaceBox } from './face.js';

/** One person through the frames that were looked at: the face in each that shows it. */
export type Person = Map<number, Face>;

const middle = ({ x, y, width, height }: FaceBox) => [x + width / 2, y + height / 2] as const;
const side = ({ width, height }: FaceBox) => Math.max(width, height);

/** How far apart two faces are, in sides of the larger one. */
function distance(a: FaceBox, b: FaceBox): number {
  const [[ax, ay], [bx, by]] = [middle(a), middle(b)];
  return Math.hypot(ax - bx, ay - by) / Math.max(side(a), side(b));
}

/** Whether two faces may be one, a short time apart. */
function alike(a: FaceBox, b: FaceBox): boolean {
  const ratio = side(a) / side(b);
  return distance(a, b) < 0.6 && ratio > 0.5 && ratio < 2;
}

/** Puts faces of one frame to the people seen before: nearest first, a face that is nobody's is somebody new. */
export function addFaces(people: Person[], frame: number, faces: readonly Face[]): void {
  const last = people.map((person) => [...person.values()].at(-1)!.box);
  const pairs = people
    .flatMap((person, i) => faces.map((face) => ({ person, face, apart: distance(last[i]!, face.box), i })))
    .filter(({ face, i }) => alike(last[i]!, face.box))
    .sort((a, b) => a.apart - b.apart);
  const free = new Set(faces);
  for (const { person, face } of pairs) {
    if (!free.has(face) || person.has(frame)) continue;
    person.set(frame, face);
    free.delete(face);
  }
  for (const face of free) people.push(new Map([[frame, face]]));
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** How much a person is the one that is meant; the most is taken. */
export const preference = {
  largest: (person: Person) => mean([...person.values()].map(({ box }) => box.width * box.height)),
  surest: (person: Person) => mean([...person.values()].map(({ score }) => score)),
  middle: (person: Person, [height, width]: readonly [number, number]) =>
    -mean(
      [...person.values()].map(({ box }) => {
        const [x, y] = middle(box);
        return Math.hypot(x - (width - 1) / 2, y - (height - 1) / 2);
      }),
    ),
};
