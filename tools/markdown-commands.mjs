// What a page tells its reader to do: the commands and files that stand in its fenced blocks, and doing it.
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const FILE = /^(?:\/\/|#|<!--)\s*([\w./-]+\.(?:js|mjs|ts|html|css|json|yaml))\s*(?:-->)?$/;

/**
 * The steps of a Markdown text in their order: `{ command }`, `{ server }` (a block fenced as `sh server`, which goes on until the end) and
 * `{ file, content }` (a block whose first line is a comment with its name). Other blocks are none. With `heading` only what stands below headings that match.
 */
export function stepsOf(text, { headings } = {}) {
  const steps = [];
  let taken = headings === undefined;
  let block;
  for (const line of text.split('\n')) {
    const fence = /^```(.*)$/.exec(line);
    const heading = !block && /^## (.*)$/.exec(line);
    if (heading && headings) taken = headings.some((words) => heading[1].startsWith(words));
    if (fence && block) {
      if (block.taken) steps.push(...stepsOfBlock(block));
      block = undefined;
    } else if (fence) block = { words: fence[1].trim().split(/\s+/), lines: [], taken };
    else block?.lines.push(line);
  }
  return steps;
}

function stepsOfBlock({ words: [language, ...words], lines }) {
  if (language === 'sh') {
    const commands = lines
      .map((line) => line.replace(/\s+#.*$/, '').trim())
      .filter((line) => line && !line.startsWith('#'));
    return commands.map((command) => (words.includes('server') ? { server: command } : { command }));
  }
  const file = FILE.exec(lines[0] ?? '')?.[1];
  return file === undefined ? [] : [{ file, content: `${lines.join('\n')}\n` }];
}

/**
 * Does the steps in a folder.
 *
 * @param doBefore - called with each step before it is done; what must be there that no page prints, such as a clip of one's own.
 * @param npmrc - npm's settings, in the folder in which a command is run.
 * @param whenServed - called with the address of a server when it is up.
 * @returns what was printed, how many commands and files there were, and the seconds.
 * @throws Error with what a command printed where it fails.
 */
export async function doSteps(
  steps,
  folder,
  { env = {}, npmrc, doBefore = () => {}, whenServed = async () => {} } = {},
) {
  const begun = performance.now();
  const [printed, servers] = [[], []];
  const counts = { commands: 0, files: 0 };
  let cwd = folder;
  const settings = () => ({ cwd, env: { ...process.env, ...env }, shell: true });
  try {
    for (const step of steps) {
      await doBefore(step, cwd);
      if (npmrc !== undefined) writeFileSync(join(cwd, '.npmrc'), npmrc);
      if (step.file !== undefined) {
        const path = join(cwd, step.file);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, step.content);
        counts.files += 1;
      } else if (step.server !== undefined) {
        counts.commands += 1;
        const server = spawn(step.server, { ...settings(), detached: true });
        servers.push(server);
        await whenServed(await addressOf(server, step.server), cwd);
      } else {
        counts.commands += 1;
        printed.push(await finished(spawn(step.command, settings()), step.command));
        // a line may end in another folder: cd is the one command that changes where the next is run
        for (const [, to] of step.command.matchAll(/(?:^|&&\s*)cd\s+(\S+)/g)) cwd = resolve(cwd, to);
      }
    }
  } finally {
    for (const { pid } of servers) process.kill(-pid);
  }
  return { printed, ...counts, seconds: (performance.now() - begun) / 1000 };
}

function finished(child, name) {
  return new Promise((fulfill, reject) => {
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (text += part));
    child.on('close', (status) => {
      if (status === 0) fulfill(text);
      else reject(new Error(`"${name}" ended with status ${status}:\n${text}`));
    });
  });
}

/** The address that a server prints. */
function addressOf(child, name) {
  return new Promise((fulfill, reject) => {
    let text = '';
    const timer = setTimeout(() => reject(new Error(`"${name}" printed no address within a minute:\n${text}`)), 60_000);
    const hear = (part) => {
      // some print their addresses in colors
      text += stripVTControlCharacters(String(part));
      const address = /https?:\/\/(?:localhost|127\.0\.0\.1):\d+/.exec(text)?.[0];
      if (address === undefined) return;
      clearTimeout(timer);
      fulfill(address);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('close', (status) => {
      clearTimeout(timer);
      reject(new Error(`"${name}" ended with status ${status}:\n${text}`));
    });
  });
}
