/**
 * A release from beginning to end, on this machine alone: a local registry, versions in a scratch clone of what is committed, every package published, installed
 * from there into empty folders and tried as its README says; then a second version with one changed package. Leaves nothing behind, interrupted neither.
 *
 *   npm run release:rehearse            needs the npm registry for what is not ours
 *   npm run release:rehearse -- --all   every example of every README, not the first alone
 */
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
import { command } from '../packed.mjs';
import { followPage, pages } from '../readmes.mjs';
import { startRegistry } from './local-registry.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mer-rehearsal-'));
let registry;

/** Stops and deletes what was started and written. */
function clean() {
  registry?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
process.on('exit', clean);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

const say = (text) => console.log(`${text} (${process.uptime().toFixed(0)} s)`);
const must = (holds, what) => {
  if (!holds) throw new Error(`The rehearsal does not hold: ${what}`);
};

async function rehearse() {
  if (command('git', ['status', '--porcelain'], root) !== '') say('note: what is not committed is not rehearsed');
  registry = await startRegistry(folder);
  say(`registry: ${registry.address}`);

  const clone = join(folder, 'clone');
  command('git', ['clone', '--quiet', '--no-hardlinks', root, clone], folder);
  for (const [key, value] of [
    ['user.name', 'rehearsal'],
    ['user.email', 'rehearsal@example.org'],
  ])
    command('git', ['config', key, value], clone);
  command(
    join(root, 'node_modules/.bin/pnpm'),
    ['install', '--frozen-lockfile', '--prefer-offline', '--silent'],
    clone,
  );
  release(clone, 'first', './packages/*');
  const names = packageNames(clone);
  must(
    names.every((name) => versionOf(clone, name) === '0.1.0'),
    `the first version of every package is 0.1.0: ${names.map((name) => `${name} ${versionOf(clone, name)}`).join(', ')}`,
  );
  const first = publish(clone);
  must(first.length === names.length, `every package is published: ${first.join(', ')}`);
  say(`published ${first.join(', ')}`);

  await useReadmes(names);
  useCommand();

  // a patch of one package, which the ranges of the others take in
  change(clone, 'io', 'patch', 'A comment.');
  must(publish(clone).join() === '@mer/io@0.1.1', 'a patch of io publishes io alone');
  say('a patch of io: io alone');
  // a minor one, which they do not: those that need it must follow, and nobody else
  change(clone, 'io', 'minor', 'Another comment.\n\nTo do: nothing.');
  const followers = publish(clone);
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
  const app = install(['@mer/datasets', '@tensorflow/tfjs-core'], 'second');
  must(installedVersion(app, '@mer/io') === '0.2.0', 'datasets brings io 0.2.0');
  say('release rehearsed');
}

/** Versions, the checks that a version may break, and the build of some packages. */
function release(clone, which, packages) {
  command(process.execPath, ['tools/release/version.mjs'], clone);
  command(join(clone, 'node_modules/.bin/biome'), ['check', '.'], clone);
  command(process.execPath, ['tools/release/package-metadata.mjs', '--check'], clone);
  for (const name of packageNames(clone)) {
    const log = join(clone, 'packages', name, 'CHANGELOG.md');
    must(existsSync(log), `${name} has a CHANGELOG`);
    must(!/Updated dependencies/.test(readFileSync(log, 'utf8')), `the CHANGELOG of ${name} says what has changed`);
  }
  command('git', ['add', '--all'], clone);
  command('git', ['commit', '--quiet', '--message', `${which} version`], clone);
  const bin = join(clone, 'node_modules/.bin');
  const turbo = ['run', 'build', '--concurrency=2', '--output-logs=errors-only', `--filter=${packages}`];
  // turbo looks for pnpm on the path
  command(join(bin, 'turbo'), turbo, clone, { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` });
  say(`${which} version made and built`);
}

/** Publishes from the clone and gives what was published. */
function publish(clone) {
  const args = ['tools/release/publish.mjs', '--registry', registry.address, '--tag-git'];
  const printed = command(process.execPath, args, clone, registry.env);
  return [...printed.matchAll(/^published (\S+)$/gm)].map(([, what]) => what);
}

/** Changes a package, with a changeset, and makes the version. */
function change(clone, name, bump, text) {
  appendFileSync(join(clone, 'packages', name, 'src/index.ts'), `// ${text.split('\n')[0]}\n`);
  writeFileSync(join(clone, `.changeset/rehearsed-${bump}.md`), `---\n'@mer/${name}': ${bump}\n---\n\n${text}\n`);
  // those that need it are as they were
  release(clone, `${bump} of ${name}:`, `@mer/${name}`);
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
function useCommand() {
  const app = install(['@mer/cli'], 'command');
  const npx = (...args) =>
    command('npx', ['--no-install', 'mer', ...args], app, { ...registry.env, MER_BACKEND_NOTE: '0' });
  must(npx('--version').trim() === '0.1.0', 'mer has a version');
  must(npx('recipes').includes('afn-casme2'), 'mer recipes lists what comes with it');
  const { versions } = JSON.parse(npx('backends', '--no-speed', '--json'));
  must(versions['@mer/cli'] === '0.1.0', 'mer backends --json tells versions');
  npx('run', 'first-steps', '--set', 'training.epochs=1', '--set', 'data.options.subjects=3');
  npx('report', 'runs/first-steps');
  must(existsSync(join(app, 'runs/first-steps/report.html')), 'mer report writes a report');
  npx('init', 'study');
  const study = join(app, 'study');
  command('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], study, registry.env);
  command('npm', ['test', '--silent'], study, registry.env);
  say('npm install @mer/cli: recipes, backends, run, report, init');
}

function install(packages, name) {
  const place = join(folder, 'apps', name);
  mkdirSync(place, { recursive: true });
  installInto(place, packages);
  return place;
}

function installInto(place, packages) {
  if (!existsSync(join(place, 'package.json')))
    writeFileSync(join(place, 'package.json'), '{ "private": true, "type": "module" }');
  command('npm', ['install', ...packages, '--no-audit', '--no-fund', '--loglevel=error'], place, registry.env);
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
