import { backendNames } from '@mer/backends';

/** `mer backends` */
export function backends({ json }: { json?: boolean }): void {
  process.stdout.write(json ? `${JSON.stringify(backendNames)}\n` : `${backendNames.join('\n')}\n`);
}
