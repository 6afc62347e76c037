/** Part of the build: writes the JSON Schema of experiment files beside the code that it describes. */
import { writeFileSync } from 'node:fs';
import { experimentJsonSchema } from './dist/index.js';

writeFileSync(
  new URL('dist/experiment.schema.json', import.meta.url),
  `${JSON.stringify(experimentJsonSchema(), null, 2)}\n`,
);
