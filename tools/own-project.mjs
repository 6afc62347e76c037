// The project that `mer init` writes, used as its owner would: installed from tarballs, tested, run with two workers, killed and gone on with, reported, used on
// a new clip, and changed. Called by try-packed.mjs.
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { command, installPacked } from './packed.mjs';

const USE = ['--use', './representation.mjs', '--use', './network.mjs'];

/** Runs the whole story in `folder`; throws where a chapter goes wrong. */
export async function ownProject(folder, tarballs) {
  const begun = performance.now();
  const start = join(folder, 'start');
  const project = join(folder, 'demo');
  mkdirSync(start);
  installPacked(start, { name: 'start', private: true, dependencies: { '@mer/cli': '*' } }, tarballs);
  mer(start, ['init', project]);
  installPacked(project, JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')), tarballs);
  command('npm', ['test', '--silent'], project);

  mer(project, ['run', 'experiment.yaml', '--workers', '2', '--out', 'runs/whole']);
  await killedOnce(project, ['run', 'experiment.yaml', '--workers', '2', '--out', 'runs/killed']);
  mer(project, ['run', 'experiment.yaml', '--workers', '2', '--out', 'runs/killed']);
  const [whole, killed] = ['whole', 'killed'].map((name) => foldsOf(join(project, 'runs', name)));
  must(Object.keys(whole).length === 12, `six folds have predictions and weights: ${Object.keys(whole)}`);
  must(JSON.stringify(whole) === JSON.stringify(killed), 'a run that was killed and gone on with is the same');

  must(
    /network\.mjs \(model my-net\)[\s\S]*--use/.test(mer(project, ['report', 'runs/whole'], 2)),
    'report asks for the modules',
  );
  mer(project, ['report', 'runs/whole', ...USE]);
  must(
    readFileSync(join(project, 'runs/whole/report.html'), 'utf8').includes('my-net'),
    'the report names the network',
  );

  mer(project, ['synth', 'faces', '--set', 'subjects=2', '--set', 'clips=6']);
  const subject = join('faces', 'Cropped', readdirSync(join(project, 'faces/Cropped'))[0]);
  const clip = join(subject, readdirSync(join(project, subject))[0]);
  // no face detector is installed here
  must(
    /npm install @vladmandic\/human/.test(mer(project, ['predict', 'runs/whole', clip, '--out', 'seen', ...USE], 2)),
    'predict asks for a face detector',
  );
  mer(project, ['predict', 'runs/whole', clip, '--out', 'seen', '--force', ...USE]);
  must(existsSync(join(project, 'seen/image-heat.png')), 'predict draws where the network looked');
  must(mer(project, ['schema', ...USE]).includes('"my-net"'), 'the schema knows the network');

  appendFileSync(join(project, 'network.mjs'), '// another\n');
  must(
    /contents of .*network\.mjs have changed/.test(mer(project, ['run', 'experiment.yaml', '--out', 'runs/whole'], 2)),
    'a changed module is another run',
  );
  console.log(
    `the project of mer init works from packed packages; ${((performance.now() - begun) / 1000).toFixed(0)} s`,
  );
}

function must(holds, what) {
  if (!holds) throw new Error(`The project of mer init does not hold: ${what}`);
}

const merOf = (cwd) => join(cwd, 'node_modules/@mer/cli/bin/mer.js');

/** What a command prints, when it ends with the status expected. */
function mer(cwd, args, expected = 0) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [merOf(cwd), ...args], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    env: { ...process.env, MER_BACKEND_NOTE: '0' },
  });
  must(
    status === expected,
    `mer ${args.join(' ')} ends with ${expected}: it ended with ${status}\n${stdout}\n${stderr}`,
  );
  return stdout + stderr;
}

/** Starts a command and kills it, workers and all, when the first fold is done. */
async function killedOnce(cwd, args) {
  const child = spawn(process.execPath, [merOf(cwd), ...args], { cwd, stdio: 'ignore', detached: true });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const folder = join(cwd, args.at(-1));
  const until = Date.now() + 120_000;
  while (
    Object.keys(existsSync(folder) ? foldsOf(folder) : {}).length === 0 &&
    Date.now() < until &&
    child.exitCode === null
  ) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  must(child.exitCode === null, 'the run is killed before it ends');
  process.kill(-child.pid, 'SIGKILL');
  await ended;
}

/** Predictions and weights of the folds that are done. */
function foldsOf(run) {
  const names = readdirSync(run, { recursive: true }).filter((name) =>
    /(predictions\.json|weights\.safetensors)$/.test(name),
  );
  const done = names.filter((name) => existsSync(join(run, name, '..', 'predictions.json'))).sort();
  return Object.fromEntries(done.map((name) => [name, readFileSync(join(run, name), 'base64')]));
}
