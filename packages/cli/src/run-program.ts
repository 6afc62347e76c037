import { CommanderError } from 'commander';
import { exitCodeOf, explainError } from './errors.js';
import { say } from './output.js';
import { createProgram } from './program.js';

/** Runs one command line, `node` and the script first as in `process.argv`. What went wrong is told in one message, and the exit status set. */
export async function runProgram(argv: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? (process.exitCode ?? 0) : 2;
    } else {
      say(await explainError(error));
      process.exitCode = exitCodeOf(error);
    }
  }
}
