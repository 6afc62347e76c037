import type { SpotterDefinition } from '../define-spotter.js';
import { directionalDifference } from './directional-difference.js';
import { flowPeaks } from './flow-peaks.js';
import { mtsn } from './mtsn.js';
import { regionFlow } from './region-flow.js';
import { skinMotion } from './skin-motion.js';
import { softnet } from './softnet.js';

/** The spotters of this package. */
export const spotters: readonly SpotterDefinition[] = [
  flowPeaks,
  directionalDifference,
  regionFlow,
  skinMotion,
  softnet,
  mtsn,
];
