// A page without a worker, for bundlers that do not know of workers.
import { found } from './page.mjs';
import { show } from './show.mjs';

show(found);
