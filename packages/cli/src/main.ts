import { CommanderError } from 'commander';
import { exitCodeOf, explainError } from './errors.js';
import { guardStreams, say } from './output.js';
import { createProgram } from './program.js';

guardStreams();
try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? (process.exitCode ?? 0) : 2;
  } else {
    say(await explainError(error));
    process.exitCode = exitCodeOf(error);
  }
}
