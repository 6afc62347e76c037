import { register } from 'node:module';

register('./fault-hooks.mjs', import.meta.url);
