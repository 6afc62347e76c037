import type { SpotterDefinition } from '../define-spotter.js';
import { directionalDifference } from './directional-difference.js';
import { flowPeaks } from './flow-peaks.js';
import { regionFlow } from './region-flow.js';
import { skinMotion } from './skin-motion.js';

/** The spotters of this package. */
export const spotters: readonly SpotterDefinition[] = [flowPeaks, directionalDifference, regionFlow, skinMotion];
