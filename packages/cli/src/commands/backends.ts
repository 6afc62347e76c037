import { type BackendInfo, type BackendName, backendNames, useBackend } from '@mer/backends';
import { table } from '../table.js';

type Row = ({ works: true } & BackendInfo) | { works: false; name: BackendName; reason: string };

/** `mer backends` */
export async function backends({ json }: { json?: boolean }): Promise<void> {
  const rows: Row[] = [];
  for (const name of backendNames) {
    rows.push(
      await useBackend(name).then(
        (info) => ({ works: true as const, ...info }),
        (error: Error) => ({ works: false as const, name, reason: error.message }),
      ),
    );
  }
  process.stdout.write(json ? `${JSON.stringify(rows, null, 1)}\n` : `${describe(rows)}\n`);
}

function describe(rows: readonly Row[]): string {
  const works = rows.filter((row) => row.works);
  const lines = table([
    ['backend', 'device', 'SIMD', 'threads', 'tfjs'],
    ...works.map(({ name, device, simd, threads, version }) => [
      name,
      device,
      simd ? 'yes' : 'no',
      String(threads),
      version,
    ]),
  ]);
  for (const row of rows) if (!row.works) lines.push(`${row.name} cannot run here: ${row.reason}`);
  return lines.join('\n');
}
