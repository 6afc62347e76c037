// What the changesets that wait for a version say, and whether it is enough for those who must follow.
import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../../.changeset/', import.meta.url);

/** Every changeset: file, bump of each package, text. */
export function waiting() {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.md') && file !== 'README.md')
    .map((file) => {
      const [, head = '', text = ''] =
        /^---\n([\s\S]*?)---\n([\s\S]*)$/.exec(readFileSync(new URL(file, folder), 'utf8')) ?? [];
      const bumps = [...head.matchAll(/^['"]?(@mer\/[a-z]+)['"]?: (major|minor|patch)$/gm)];
      return { file, bumps: Object.fromEntries(bumps.map(([, name, bump]) => [name, bump])), text: text.trim() };
    });
}

/**
 * What changesets lack: one that is more than a patch of a package that has been published must have a line that begins with `To do:`, for whoever
 * uses it; `To do: nothing.` will do.
 *
 * @param isPublished - whether a package has had a version
 */
export function changesetFaults(isPublished) {
  return waiting().flatMap(({ file, bumps, text }) => {
    const felt = Object.entries(bumps).some(([name, bump]) => bump !== 'patch' && isPublished(name));
    if (!felt || /^To do: /m.test(text)) return [];
    return [`.changeset/${file} must have a line "To do: …" that says what a user must change, or "To do: nothing."`];
  });
}
