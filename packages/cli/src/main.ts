import { CommanderError } from 'commander';
import { exitCodeOf, explainError } from './errors.js';
import { createProgram } from './program.js';

try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    process.stderr.write(explainError(error));
    process.exitCode = exitCodeOf(error);
  }
}
