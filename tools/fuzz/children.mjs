// Children of the fuzzer under a watchdog: memory is capped, five seconds without progress are a hang, and a child that ends is started again behind the input
// that ended it.
import { fork } from 'node:child_process';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const worker = fileURLToPath(new URL('worker.mjs', import.meta.url));
const heap = 1024; // MB of JavaScript objects
/** MB of a process, above which an input has asked for too much. */
export const mostMemory = 1536;
/** Seconds without progress that are a hang; the first input of a process also loads the code. */
const patience = { first: 60, other: 5 };

const megabytesOf = (pid) => {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
};

/** Runs the inputs `from` to `to` of a parser in one child; calls back with each fault. Gives what the child counted, and where it ended. */
function runChild({ parser, seed, from, to, work, coverage, fault, only, onFault, onMessage }) {
  mkdirSync(work, { recursive: true });
  const status = join(work, `${parser}-${fault ?? 'plain'}.status`);
  const request = JSON.stringify({ parser, seed, from, to, status, work, most: mostMemory, only });
  const child = fork(worker, [request], {
    execArgv: [
      `--max-old-space-size=${heap}`,
      ...(fault === undefined ? [] : ['--import', new URL('with-fault.mjs', import.meta.url).href]),
    ],
    env: {
      ...process.env,
      MER_BACKEND_NOTE: '0',
      ...(coverage && { NODE_V8_COVERAGE: coverage }),
      ...(fault !== undefined && { MER_FUZZ_FAULT: String(fault) }),
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  return new Promise((resolve) => {
    let done;
    let cause;
    let last = '';
    let since = Date.now();
    let errors = '';
    child.stderr.on('data', (chunk) => (errors = (errors + chunk).slice(-4000)));
    const at = () => {
      try {
        return readFileSync(status, 'utf8').trim();
      } catch {
        return '';
      }
    };
    const began = Date.now();
    const fresh = () => {
      try {
        return statSync(status).mtimeMs >= began - 1000;
      } catch {
        return false;
      }
    };
    const watch = setInterval(() => {
      const now = fresh() ? at() : '';
      if (now !== last) [last, since] = [now, Date.now()];
      const limit = last === '' ? patience.first : patience.other;
      if (Date.now() - since > 1000 * limit && !done) {
        cause = 'hang';
        child.kill('SIGKILL');
      } else if (megabytesOf(child.pid) > 2 * mostMemory) {
        cause = 'memory';
        child.kill('SIGKILL');
      }
    }, 100);
    child.on('message', (message) => {
      if (message.done) done = message;
      else if (message.fault) onFault({ parser, seed, ...message });
      else onMessage?.(message);
    });
    child.on('close', (code, signal) => {
      clearInterval(watch);
      const index = Number.parseInt(last === '' ? at() : last, 10);
      if (!done) {
        const what = cause ?? 'abort';
        const line = errors.split('\n').find((each) => /FATAL|Error/.test(each)) ?? '';
        onFault({
          parser,
          seed,
          fault: what,
          index: Number.isNaN(index) ? from : index,
          message: `${signal ?? `status ${code}`} ${line}`.trim().slice(0, 300),
        });
      }
      resolve({ done, next: done ? to : (Number.isNaN(index) ? from : index) + 1 });
    });
  });
}

/** Runs inputs of a parser to the end, in as many children as that takes. */
export async function runParser({ from = 0, to, perChild = 5000, enough = Number.POSITIVE_INFINITY, ...options }) {
  const total = { inputs: 0, accepted: 0, past: 0, kinds: {}, slowest: 0, memory: 0, faults: [] };
  const onFault = (fault) => total.faults.push(fault);
  for (let at = from; at < to && total.faults.length < enough; ) {
    const { done, next } = await runChild({ ...options, from: at, to: Math.min(to, at + perChild), onFault });
    if (done) {
      for (const key of ['inputs', 'accepted', 'past']) total[key] += done[key];
      for (const [kind, n] of Object.entries(done.kinds)) total.kinds[kind] = (total.kinds[kind] ?? 0) + n;
      total.slowest = Math.max(total.slowest, done.slowest);
      total.memory = Math.max(total.memory, done.memory);
    } else {
      // what the child counted is lost with it: its inputs until then are run again without the one that ended it
      if (next - 1 > at) {
        const again = await runChild({ ...options, from: at, to: next - 1, onFault: () => {} });
        if (again.done) {
          for (const key of ['inputs', 'accepted', 'past']) total[key] += again.done[key];
          for (const [kind, n] of Object.entries(again.done.kinds)) total.kinds[kind] = (total.kinds[kind] ?? 0) + n;
        }
      }
      total.inputs++;
    }
    at = next;
  }
  return total;
}

export { runChild };
