// From a fresh clone to a report: installs and builds, makes the synthetic set in CASME II's layout, trains the small AFN with both of its images
// and with each alone, writes the reports and compares. Resumes where it was stopped.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const data = 'runs/quickstart-data';
const recipes = ['quickstart', 'quickstart-trdi', 'quickstart-midi'];

run('node', ['tools/setup.mjs']);

if (!existsSync(`${root}/${data}`)) {
  title(`a synthetic data set in the layout of CASME II: ${data}`);
  const look = { subjects: 10, clips: 120, height: 64, width: 64, leastFrames: 16, mostFrames: 28, difficulty: 'easy' };
  mer('synth', data, ...Object.entries(look).flatMap(([key, value]) => ['--set', `${key}=${value}`]));
}
for (const recipe of recipes) {
  title(`mer run ${recipe}`);
  mer('run', recipe);
  // run has printed the scores already
  run('node', ['packages/cli/bin/mer.js', 'report', `runs/${recipe}`], { stdio: ['ignore', 'ignore', 'inherit'] });
}
title('both images against each alone');
for (const other of recipes.slice(1)) mer('compare', 'runs/quickstart', `runs/${other}`);
process.stdout.write(`\nreport: ${root}runs/quickstart/report.html\n`);

function mer(...args) {
  run('node', ['packages/cli/bin/mer.js', ...args]);
}

function title(text) {
  process.stdout.write(`\n== ${text} (${Math.round(process.uptime())} s)\n`);
}

function run(command, args, { stdio = 'inherit' } = {}) {
  const { status, signal } = spawnSync(command, args, { cwd: root, stdio });
  if (status !== 0) process.exit(signal ? 130 : (status ?? 1));
}
