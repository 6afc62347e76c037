// The files of a folder of runs by name, as hashes: what two runs of one experiment must have alike.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A fold's time is no part of what it gives, nor is when a run was begun. */
export async function folderBytes(folder) {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const named = await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      const bytes = await readFile(path);
      const text = name === 'history.json' || name === 'run.json' ? bytes.toString() : undefined;
      const kept = text?.replace(/"(seconds|processorSeconds|created)": [^\n]*/g, '') ?? bytes;
      return [path.slice(folder.length + 1), createHash('sha256').update(kept).digest('hex')];
    }),
  );
  return new Map(named.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The names of files that one of two folders lacks, or that differ. */
export function differingFiles(expected, found) {
  const names = new Set([...expected.keys(), ...found.keys()]);
  return [...names].filter((name) => expected.get(name) !== found.get(name));
}
