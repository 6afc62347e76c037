import { show } from '@mer/options';
import type { Landmarks } from '../clip.js';

/**
 * For each of the 68 points the points of MediaPipe's mesh that it is, or the middle of.
 *
 * The mesh's own names of contours (eyes, brows, lips, oval, irises) fix the corners; the rest was chosen by what the points of iBUG mean. Between the
 * points of the jaw there is nothing to go by: these are places on the oval.
 */
const table: readonly (readonly number[])[] = [
  // jaw, from the left of the image
  ...[[127], [234], [93], [132, 58], [58, 172], [136], [150], [176], [152]],
  ...[[400], [379], [365], [397, 288], [361], [323], [454], [356]],
  // brows
  ...[[70], [63], [105], [66], [107]],
  ...[[336], [296], [334], [293], [300]],
  // bridge and base of the nose
  ...[[168, 6], [197, 195], [5], [4]],
  ...[[75], [97], [2], [326], [305]],
  // eyes
  ...[[33], [160], [158], [133], [153], [144]],
  ...[[362], [385], [387], [263], [373], [380]],
  // outline of the lips
  ...[[61], [39], [37], [0], [267], [269], [291]],
  ...[[321], [314], [17], [84], [91]],
  // between the lips
  ...[[78], [82], [13], [312], [308]],
  ...[[317], [14], [87]],
];

/** Whether a list has as many points as MediaPipe's mesh, with or without irises. */
export const isMesh = (points: readonly unknown[]) => points.length === 468 || points.length === 478;

/**
 * The 68 points of a face from the 468 or 478 of MediaPipe's mesh.
 *
 * @param mesh - `[x, y]` or `[x, y, z]`, pixels; what comes after y is not looked at
 * @returns 68 points in dlib's order. Two detectors never mean quite the same places: `benchmarks/results/faces-points.csv` has how far these are from those of
 * face-api on a real face
 * @throws TypeError if there are neither 468 nor 478 points
 *
 * @example
 * ```ts
 * import { meshLandmarks } from '@mer/representations';
 *
 * const mesh = Array.from({ length: 468 }, (_, i) => [i, 2 * i, 0] as const);
 * console.log(meshLandmarks(mesh)[27]); // [ 87, 174 ]
 * ```
 *
 * Reference: the numbers of the mesh as in MediaPipe's `face_mesh_connections`; the same table as in several public programs (first Yan, 2024).
 */
export function meshLandmarks(mesh: readonly (readonly number[])[]): Landmarks {
  if (!Array.isArray(mesh) || !isMesh(mesh)) {
    throw new TypeError(
      `Cannot find 68 landmarks in a mesh as it must have 468 or 478 points: current value has ${Array.isArray(mesh) ? mesh.length : show(mesh)}`,
    );
  }
  return table.map((which) => {
    const mean = (axis: 0 | 1) => which.reduce((sum, i) => sum + mesh[i]![axis]!, 0) / which.length;
    return [mean(0), mean(1)] as const;
  });
}
