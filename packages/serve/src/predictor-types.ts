import type { ModelFile } from '@mer/predictor';
import type { FramePixels } from './read-clip.js';

/** What a worker needs of a predictor. */
export interface ServedPredictor {
  readonly file: ModelFile;
  predict(
    source: string | AsyncIterable<FramePixels>,
    options: ServedPredictOptions,
  ): Promise<ServedAnswer | ServedRefusal>;
  dispose(): void;
}

export interface ServedPredictOptions {
  readonly marks?: { readonly onset?: number; readonly apex?: number; readonly offset?: number } | undefined;
  readonly fps?: number | undefined;
  readonly heatMaps?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ServedAnswer {
  readonly answered: true;
  readonly predicted: string | readonly string[];
  readonly classes: readonly string[];
  readonly probabilities: ArrayLike<number>;
  readonly std: ArrayLike<number> | null;
  readonly marks: unknown;
  readonly quality: unknown;
  readonly heatMaps?: readonly { input: string; picture: Uint8Array }[] | undefined;
}

export interface ServedRefusal {
  readonly answered: false;
  readonly code: string;
  readonly reason: string;
}
