// Lines of code that ran, from what V8 wrote for each process (NODE_V8_COVERAGE).
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where each line of a text begins, and whether it holds code. */
function linesOf(text) {
  let at = 0;
  let comment = false;
  return text.split('\n').map((line) => {
    const plain = line.trim();
    const code =
      !comment &&
      plain !== '' &&
      !plain.startsWith('//') &&
      !plain.startsWith('/*') &&
      !/^[)}\],;]+$/.test(plain) &&
      !/^(?:import|export) .* from /.test(plain);
    if (plain.startsWith('/*')) comment = true;
    if (plain.includes('*/')) comment = false;
    const start = at + (line.length - line.trimStart().length);
    at += line.length + 1;
    return { start, end: start + plain.length, code };
  });
}

/** Counts only the lines of these functions of a module. */
function keepFunctions(text, lines, names) {
  let inside = false;
  text.split('\n').forEach((line, i) => {
    if (names.some((name) => line.startsWith(`function ${name}(`) || line.startsWith(`async function ${name}(`)))
      inside = true;
    if (!inside) lines[i].code = false;
    if (line === '}') inside = false;
  });
}

/** For each file (a path below the root): how many lines of code it has, which ran in any process. */
export async function coverageOf(folder, root, files) {
  const found = new Map();
  for (const wanted of files) {
    const [file, names] = wanted.split('#');
    const text = await readFile(join(root, file), 'utf8');
    const lines = linesOf(text);
    if (names) keepFunctions(text, lines, names.split(','));
    found.set(file, { lines, ran: lines.map(() => false) });
  }
  for (const name of await readdir(folder, { recursive: true }).catch(() => [])) {
    if (!name.endsWith('.json')) continue;
    const { result } = JSON.parse(await readFile(join(folder, name), 'utf8'));
    for (const { url, functions } of result) {
      if (!url.startsWith('file:')) continue;
      const path = fileURLToPath(url).slice(root.length);
      const entry = found.get(path);
      if (!entry) continue;
      const count = new Int32Array(entry.lines.at(-1).end + 2).fill(1);
      // outer ranges come first
      const ranges = functions
        .flatMap(({ ranges: all }) => all)
        .sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
      for (const { startOffset, endOffset, count: times } of ranges) count.fill(times, startOffset, endOffset);
      entry.lines.forEach(({ start, end }, i) => {
        if (count.subarray(start, end).some((times) => times > 0)) entry.ran[i] = true;
      });
    }
  }
  return new Map(
    [...found].map(([file, { lines, ran }]) => {
      const code = lines.map((line, i) => (line.code ? i : -1)).filter((i) => i >= 0);
      return [
        file,
        {
          lines: code.length,
          ran: code.filter((i) => ran[i]).length,
          missed: code.filter((i) => !ran[i]).map((i) => i + 1),
        },
      ];
    }),
  );
}
