import { guardStreams } from './output.js';
import { runProgram } from './run-program.js';

guardStreams();
await runProgram(process.argv);
