import { type Dataset, type DatasetInspection, inspectDataset, openDataset } from '@mer/datasets';
import { setValue } from '@mer/training';
import { UsageError } from '../errors.js';
import { table } from '../table.js';

/** `mer datasets inspect <name> [dir]` */
export async function datasetsInspect(
  name: string,
  dir: string | undefined,
  { set, json }: { set: string[]; json?: boolean },
): Promise<void> {
  const options = set.reduce<unknown>(setValue, {}) as Record<string, unknown>;
  const dataset = await open(name, dir, options);
  const inspection = await inspectDataset(dataset);
  process.stdout.write(json ? `${JSON.stringify(inspection, null, 1)}\n` : `${describe(inspection)}\n`);
}

async function open(name: string, dir: string | undefined, options: Record<string, unknown>): Promise<Dataset> {
  try {
    return await openDataset(name, dir, options);
  } catch (cause) {
    if (cause instanceof TypeError || cause instanceof RangeError) throw new UsageError(cause.message, { cause });
    throw cause;
  }
}

function describe({
  name,
  kind,
  n,
  subjects,
  classes,
  perClass,
  perDataset,
  perSubject,
  notes,
}: DatasetInspection): string {
  const sets = Object.entries(perDataset);
  const counts = (entry: Record<string, number>) => classes.map((label) => String(entry[label]));
  const lines = [
    `${name}: ${n} ${kind}, ${subjects} subjects, ${classes.length} classes`,
    '',
    ...table([
      ['data set', ...classes, 'n', 'subjects'],
      ...(sets.length > 1
        ? sets.map(([set, entry]) => [set, ...counts(entry.perClass), String(entry.n), String(entry.subjects)])
        : []),
      ['all', ...counts(perClass), String(n), String(subjects)],
    ]),
    '',
    ...table([
      ['data set', 'subject', ...classes, 'n'],
      ...perSubject.map((entry) => [entry.dataset, entry.subject, ...counts(entry.perClass), String(entry.n)]),
    ]),
  ];
  if (notes.length > 0) lines.push('', `${notes.length} remarks`);
  for (const { severity, file, row, key, message } of notes) {
    const place = [file, row === undefined ? undefined : `row ${row}`, key].filter(Boolean).join(', ');
    lines.push(`  ${severity}  ${place ? `${place}: ` : ''}${message}`);
  }
  return lines.join('\n');
}
