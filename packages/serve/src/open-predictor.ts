import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackendName } from '@mer/backends';
import { loadPredictor } from '@mer/predictor';
import { createFaceDetector } from '@mer/representations';
import type { OpenedPredictor, WorkerSetup } from './job.js';

/** The card that `mer export` writes beside the network. */
const CARD = 'README.md';

/**
 * Loads the network of a folder, and what finds faces.
 *
 * @throws Error where one of them cannot be loaded, with what to do
 */
export async function openPredictor({ folder, backend, face }: WorkerSetup): Promise<OpenedPredictor> {
  const loaded = await loadPredictor(folder, { backend: backend as 'auto' | BackendName });
  const detect =
    face === 'find'
      ? await createFaceDetector().catch((cause: Error) => {
          const other = "or serve with face 'fills' (--face fills) where all clips were cut to the face before";
          throw new Error(`Cannot serve as there is nothing to find faces with: ${cause.message}; ${other}`, { cause });
        })
      : undefined;
  const card = await readFile(join(folder, CARD), 'utf8').catch(() => null);
  return {
    file: loaded.file,
    card,
    predict: (source, options) => loaded.predict(source, { ...options, detect, face }),
  };
}
