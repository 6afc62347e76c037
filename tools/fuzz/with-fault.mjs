// Imported first by a child of the fuzzer that is to have a fault; its request says which.
import { register } from 'node:module';

register('./fault-hooks.mjs', import.meta.url, { data: JSON.parse(process.argv[2]).fault });
