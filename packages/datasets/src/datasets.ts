import { partsByName } from '@mer/options';
import { fourDme } from './sets/4dme.js';
import { casMe2 } from './sets/cas-me2.js';
import { casMe2Recordings } from './sets/cas-me2-recordings.js';
import { casMe3 } from './sets/cas-me3.js';
import { casMe3C } from './sets/cas-me3-c.js';
import { casMe3Recordings } from './sets/cas-me3-recordings.js';
import { casme1 } from './sets/casme1.js';
import { casme2 } from './sets/casme2.js';
import { clipFolder } from './sets/clip-folder.js';
import { composite } from './sets/composite.js';
import { dfme } from './sets/dfme.js';
import { imageFolder } from './sets/image-folder.js';
import { megcUnseen } from './sets/megc-unseen.js';
import { megc2019 } from './sets/megc2019.js';
import { megc2019Flow } from './sets/megc2019-flow.js';
import { mmew } from './sets/mmew.js';
import { mmewMacro } from './sets/mmew-macro.js';
import { recordingFolder } from './sets/recording-folder.js';
import { samm } from './sets/samm.js';
import { sammLong } from './sets/samm-long.js';
import { sammLongRecordings } from './sets/samm-long-recordings.js';
import { smic } from './sets/smic.js';
import { synthetic } from './sets/synthetic.js';

/**
 * Every data set of this package by name; each is also a direct import.
 *
 * @example
 * ```ts
 * import { datasets } from '@mer/datasets';
 *
 * console.log(datasets.samm.title); // SAMM: 159 clips of 29 subjects, 200 frames per second
 * console.log(datasets['cas-me2'].traits.fps); // 30
 * ```
 */
export const datasets = /* @__PURE__ */ partsByName([
  casme2,
  samm,
  smic,
  mmew,
  mmewMacro,
  casMe2,
  casMe3,
  casMe3C,
  casme1,
  dfme,
  fourDme,
  sammLong,
  casMe2Recordings,
  casMe3Recordings,
  sammLongRecordings,
  megcUnseen,
  clipFolder,
  imageFolder,
  recordingFolder,
  megc2019,
  composite,
  megc2019Flow,
  synthetic,
]);

/** Name of a data set of this package. */
export type DatasetName = keyof typeof datasets;
