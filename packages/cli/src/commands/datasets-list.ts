import { listDatasets } from '@mer/datasets';
import { table } from '../table.js';

/** `mer datasets list` */
export function datasetsList({ json }: { json?: boolean }): void {
  const entries = listDatasets().map(({ name, title, kind, needsRoot, options }) => ({
    name,
    title,
    kind,
    needsRoot,
    options,
  }));
  if (json) {
    process.stdout.write(`${JSON.stringify(entries, null, 1)}\n`);
    return;
  }
  for (const { name, title, kind, needsRoot, options } of entries) {
    process.stdout.write(`${name}\n  ${title}; ${kind}${needsRoot ? '; read from a folder' : ''}\n`);
    const rows = Object.entries(options).map(([key, option]) => [
      `  ${key}`,
      `${option.description}${option.default === undefined ? '' : ` Default ${JSON.stringify(option.default)}.`}`,
    ]);
    if (rows.length > 0) process.stdout.write(`${table(rows).join('\n')}\n`);
  }
}
