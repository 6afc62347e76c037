import type { SpotterDefinition } from '../define-spotter.js';
import { flowPeaks } from './flow-peaks.js';
import { regionFlow } from './region-flow.js';

/** The spotters of this package. */
export const spotters: readonly SpotterDefinition[] = [flowPeaks, regionFlow];
