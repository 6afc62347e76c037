/**
 * A release from beginning to end, on this machine alone: a local registry, versions in a scratch clone of what is committed, every package published, installed
 * from there into empty folders and tried as its README says; then a second version with one changed package. Leaves nothing behind, interrupted neither.
 *
 *   npm run release:rehearse            needs the npm registry for what is not ours
 *   npm run release:rehearse -- --all   every example of every README, not the first alone
 */
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { followPage, pages } from '../readmes.mjs';
import { startRegistry } from './local-registry.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mer-rehearsal-'));
let registry;
/** The command that runs now. */
let running;

/** Stops and deletes what was started and written. */
function clean() {
  if (running?.pid) killGroup(running.pid);
  registry?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
process.on('exit', clean);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

/** Ends a command with all that it started. */
function killGroup(pid) {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // it has ended
  }
}

/** Runs a command and gives what it prints; throws with that where it fails. Signals are heard meanwhile. */
function command(name, args, cwd, env = process.env) {
  return new Promise((resolve, reject) => {
    const windows = process.platform === 'win32';
    const child = spawn(name, args, { cwd, env, shell: windows, detached: !windows });
    running = child;
    const texts = { stdout: '', stderr: '' };
    for (const key of ['stdout', 'stderr']) child[key].on('data', (chunk) => (texts[key] += chunk));
    child.on('error', reject);
    child.on('close', (status) => {
      running = undefined;
      if (status === 0) return resolve(texts.stdout);
      reject(
        new Error(`${name} ${args.join(' ')} ended with status ${status} in ${cwd}:\n${texts.stdout}\n${texts.stderr}`),
      );
    });
  });
}

const say = (text) => console.log(`${text} (${process.uptime().toFixed(0)} s)`);
const must = (holds, what) => {
  if (!holds) throw new Error(`The rehearsal does not hold: ${what}`);
};

async function rehearse() {
  if ((await command('git', ['status', '--porcelain'], root)) !== '')
    say('note: what is not committed is not rehearsed');
  registry = await startRegistry(folder);
  say(`registry: ${registry.address}`);

  const clone = join(folder, 'clone');
  await command('git', ['clone', '--quiet', '--no-hardlinks', root, clone], folder);
  for (const [key, value] of [
    ['user.name', 'rehearsal'],
    ['user.email', 'rehearsal@example.org'],
  ])
    await command('git', ['config', key, value], clone);
  await command(
    join(root, 'node_modules/.bin/pnpm'),
    ['install', '--frozen-lockfile', '--prefer-offline', '--silent'],
    clone,
  );
  await release(clone, 'first', './packages/*');
  const names = packageNames(clone);
  must(
    names.every((name) => versionOf(clone, name) === '0.1.0'),
    `the first version of every package is 0.1.0: ${names.map((name) => `${name} ${versionOf(clone, name)}`).join(', ')}`,
  );
  const first = await publish(clone);
  must(first.length === names.length, `every package is published: ${first.join(', ')}`);
  say(`published ${first.join(', ')}`);

  await useReadmes(names);
  await useCommand();

  // a patch of one package, which the ranges of the others take in
  await change(clone, 'io', 'patch', 'A comment.');
  must((await publish(clone)).join() === '@mer/io@0.1.1', 'a patch of io publishes io alone');
  say('a patch of io: io alone');
  // a minor one, which they do not: those that need it must follow, and nobody else
  await change(clone, 'io', 'minor', 'Another comment.\n\nTo do: nothing.');
  const followers = await publish(clone);
  const wanted = names.filter((name) => name === 'io' || needs(clone, name, 'io'));
  must(
    followers
      .map((each) => each.split('/')[1].split('@')[0])
      .sort()
      .join() === wanted.join(),
    `io and what needs it are published (${wanted.join(', ')}): ${followers.join(', ')}`,
  );
  const log = readFileSync(join(clone, 'packages/datasets/CHANGELOG.md'), 'utf8');
  must(/## 0\.1\.1\n[\s\S]*?With @mer\/io 0\.2\.0\./.test(log), 'the CHANGELOG of datasets says why it has a version');
  say(`a minor version of io: ${followers.join(', ')}`);
  const app = await install(['@mer/datasets', '@tensorflow/tfjs-core'], 'second');
  must(installedVersion(app, '@mer/io') === '0.2.0', 'datasets brings io 0.2.0');
  say('release rehearsed');
}

/** Versions, the checks that a version may break, and the build of some packages. */
async function release(clone, which, packages) {
  await command(process.execPath, ['tools/release/version.mjs'], clone);
  await command(join(clone, 'node_modules/.bin/biome'), ['check', '.'], clone);
  await command(process.execPath, ['tools/release/package-metadata.mjs', '--check'], clone);
  for (const name of packageNames(clone)) {
    const log = join(clone, 'packages', name, 'CHANGELOG.md');
    must(existsSync(log), `${name} has a CHANGELOG`);
    must(!/Updated dependencies/.test(readFileSync(log, 'utf8')), `the CHANGELOG of ${name} says what has changed`);
  }
  await command('git', ['add', '--all'], clone);
  await command('git', ['commit', '--quiet', '--message', `${which} version`], clone);
  const bin = join(clone, 'node_modules/.bin');
  const turbo = ['run', 'build', '--concurrency=2', '--output-logs=errors-only', `--filter=${packages}`];
  // turbo looks for pnpm on the path
  await command(join(bin, 'turbo'), turbo, clone, { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` });
  say(`${which} version made and built`);
}

/** Publishes from the clone and gives what was published. */
async function publish(clone) {
  const args = ['tools/release/publish.mjs', '--registry', registry.address, '--tag-git'];
  const printed = await command(process.execPath, args, clone, registry.env);
  return [...printed.matchAll(/^published (\S+)$/gm)].map(([, what]) => what);
}

/** Changes a package, with a changeset, and makes the version. */
async function change(clone, name, bump, text) {
  appendFileSync(join(clone, 'packages', name, 'src/index.ts'), `// ${text.split('\n')[0]}\n`);
  writeFileSync(join(clone, `.changeset/rehearsed-${bump}.md`), `---\n'@mer/${name}': ${bump}\n---\n\n${text}\n`);
  // those that need it are as they were
  await release(clone, `${bump} of ${name}:`, `@mer/${name}`);
}

/** Follows the README of every package, as far as its first example, with packages of the registry. */
async function useReadmes(names) {
  for (const name of names) {
    const page = `packages/${name}/README.md`;
    must(pages.includes(page), `${page} is known`);
    const { ran, faults } = await followPage(page, {
      folder: join(folder, 'readmes', name),
      install: (place, packages) => installInto(place, packages),
      first: !process.argv.includes('--all'),
    });
    must(faults.length === 0 && ran > 0, faults.join('\n') || `${page} has an example`);
    const made = join(folder, 'readmes', name, 'node_modules/@mer', name);
    for (const file of ['LICENSE', 'README.md', 'CHANGELOG.md'])
      must(existsSync(join(made, file)), `@mer/${name} brings its ${file}`);
    const links = readFileSync(join(made, 'README.md'), 'utf8').matchAll(/\]\((?!https?:|#|mailto:)([^)\s]+)\)/g);
    must([...links].length === 0, `the README of @mer/${name} has whole addresses`);
    say(`README of ${name}: ${ran} example${ran > 1 ? 's' : ''}`);
  }
}

/** The command with nothing else installed: what it lists, and an experiment of a recipe. */
async function useCommand() {
  const app = await install(['@mer/cli'], 'command');
  const npx = (...args) =>
    command('npx', ['--no-install', 'mer', ...args], app, { ...registry.env, MER_BACKEND_NOTE: '0' });
  must((await npx('--version')).trim() === '0.1.0', 'mer has a version');
  must((await npx('recipes')).includes('afn-casme2'), 'mer recipes lists what comes with it');
  const { versions } = JSON.parse(await npx('backends', '--no-speed', '--json'));
  must(versions['@mer/cli'] === '0.1.0', 'mer backends --json tells versions');
  await npx('run', 'first-steps', '--set', 'training.epochs=1', '--set', 'data.options.subjects=3');
  await npx('report', 'runs/first-steps');
  must(existsSync(join(app, 'runs/first-steps/report.html')), 'mer report writes a report');
  await npx('init', 'study');
  const study = join(app, 'study');
  await command('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], study, registry.env);
  await command('npm', ['test', '--silent'], study, registry.env);
  say('npm install @mer/cli: recipes, backends, run, report, init');
}

async function install(packages, name) {
  const place = join(folder, 'apps', name);
  mkdirSync(place, { recursive: true });
  await installInto(place, packages);
  return place;
}

async function installInto(place, packages) {
  if (!existsSync(join(place, 'package.json')))
    writeFileSync(join(place, 'package.json'), '{ "private": true, "type": "module" }');
  await command('npm', ['install', ...packages, '--no-audit', '--no-fund', '--loglevel=error'], place, registry.env);
}

const manifest = (at) => JSON.parse(readFileSync(join(at, 'package.json'), 'utf8'));
const versionOf = (clone, name) => manifest(join(clone, 'packages', name)).version;
const installedVersion = (app, name) => manifest(join(app, 'node_modules', name)).version;
const needs = (clone, name, other) => `@mer/${other}` in (manifest(join(clone, 'packages', name)).dependencies ?? {});

const packageNames = (clone) => readdirSync(join(clone, 'packages')).sort();

try {
  await rehearse();
  process.exit(0);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
