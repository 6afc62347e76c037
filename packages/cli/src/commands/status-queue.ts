import { type KindStatus, openQueuePage, type QueueStatus, queueStatus } from '@mer/experiments';
import { interruptible } from '../interrupt.js';
import { print, printJson, say } from '../output.js';
import { duration } from '../progress.js';
import { table } from '../table.js';

/** `mer status --queue <url>` */
export async function statusOfQueue(
  url: string,
  { json, ui }: { json?: boolean | undefined; ui?: number | true | undefined },
): Promise<void> {
  if (ui !== undefined) return showPage(url, ui === true ? 3030 : ui);
  const found = await queueStatus(url);
  if (json) printJson(found);
  else print(`${text(found)}\n`);
}

async function showPage(url: string, port: number): Promise<void> {
  const page = await openQueuePage(url, { port });
  say(`the queue is shown at ${page.url} on this machine; Ctrl-C ends it\n`);
  try {
    await interruptible(
      'ended',
      (signal) => new Promise<void>((ended) => signal.addEventListener('abort', () => ended())),
    );
  } finally {
    await page.close();
  }
}

function text({ queue, kinds }: QueueStatus): string {
  if (kinds.length === 0) return `${queue}: nobody has used this queue yet`;
  return [queue, ...kinds.flatMap(linesOf)].join('\n');
}

function linesOf({ kind, waiting, delayed, active, failed, failures, workers, runs }: KindStatus): string[] {
  const named = (each: { fold: string; seed: number; stage?: string | undefined }) => [
    each.stage === undefined ? each.fold : `stage ${each.stage}, ${each.fold}`,
    String(each.seed),
  ];
  return [
    `${kind}: ${waiting} waiting${delayed > 0 ? `, ${delayed} for a later try` : ''}, ${active.length} active, ${failures} failed, ` +
      `${workers.length === 0 ? 'no worker' : `${workers.length} worker${workers.length === 1 ? '' : 's'} (${shortened(workers)})`}`,
    ...(runs.length === 0 ? [] : table([['waiting', 'folds'], ...runs.map(({ run, waiting: n }) => [run, String(n)])])),
    ...(active.length === 0
      ? []
      : table([
          ['active', 'fold', 'seed', 'worker', '', 'since', 'heard of'],
          ...active.map((each) => [
            each.run,
            ...named(each),
            each.worker ?? '',
            each.of ? `${each.state} ${each.done ?? 0}/${each.of}` : each.state,
            duration(each.seconds),
            each.heartbeat === undefined ? '' : `${duration(each.heartbeat)} ago`,
          ]),
        ])),
    ...(failed.length === 0
      ? []
      : table([
          ['failed', 'fold', 'seed', 'reason'],
          ...failed.map((each) => [each.run, ...named(each), each.reason.split('\n')[0]!.slice(0, 200)]),
        ])),
  ].map((line, i) => (i === 0 ? line : `  ${line}`));
}

const shortened = (names: readonly string[]) =>
  names.length <= 6 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`;
