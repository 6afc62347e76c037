import { spawnSync } from 'node:child_process';

/** What Debian's shellcheck finds in a script, a line each; that a name with `$` stands in single quotes (SC2016) is meant. */
export function shellcheck(script, dialect) {
  const { stdout, error } = spawnSync('shellcheck', ['--format=gcc', '--exclude=SC2016', `--shell=${dialect}`, '-'], {
    input: script,
    encoding: 'utf8',
  });
  if (error) return ['shellcheck is not installed'];
  return stdout.split('\n').filter((line) => line !== '');
}
