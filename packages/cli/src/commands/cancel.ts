import { cancelWaiting } from '@mer/experiments';
import { print, printJson } from '../output.js';

/** `mer cancel <run> --queue <url>` */
export async function cancel(run: string, { queue, json }: { queue: string; json?: boolean }): Promise<void> {
  const { cancelled, active } = await cancelWaiting(queue, run);
  if (json) return printJson({ cancelled, active });
  const trainings = (count: number) => `${count} training${count === 1 ? '' : 's'}`;
  const rest =
    active === 0 ? '' : `; ${trainings(active)} in hand ${active === 1 ? 'is' : 'are'} finished by the worker`;
  print(`${trainings(cancelled)} taken out of the queue${rest}\n`);
}
