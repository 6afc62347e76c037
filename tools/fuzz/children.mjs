// Children of the fuzzer under a watchdog: memory is capped, five seconds without progress are a hang, and a child that ends is started again behind the input
// that ended it.
import { fork } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const worker = fileURLToPath(new URL('worker.mjs', import.meta.url));
const heap = 1024; // MB of JavaScript objects
/** MB of a process, above which an input has asked for too much. */
export const mostMemory = 1024;
/** Seconds of processor time in one input that are a hang, and seconds that pass, as a process may wait; loading the code takes longer. */
const patience = { processor: 5, passed: 120 };

/** What the system says of a process: memory in MB, and seconds of processor time, where it says so. */
function stateOf(pid) {
  try {
    const memory = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return { memory, seconds: (Number(fields[11]) + Number(fields[12])) / 100 };
  } catch {
    return { memory: 0, seconds: undefined };
  }
}

/** Runs the inputs `from` to `to` of a parser in one child; calls back with each fault. Gives what the child counted, and where it ended. */
export function runChild({ parser, seed, from, to, work, coverage, fault, only, onFault, onMessage }) {
  mkdirSync(work, { recursive: true });
  const status = join(work, `${parser}-${fault ?? 'plain'}.status`);
  rmSync(status, { force: true });
  const request = JSON.stringify({ parser, seed, from, to, status, work, most: mostMemory, only, fault });
  const child = fork(worker, [request], {
    execArgv: [
      `--max-old-space-size=${heap}`,
      ...(fault === undefined ? [] : ['--import', new URL('with-fault.mjs', import.meta.url).href]),
    ],
    env: {
      ...process.env,
      MER_BACKEND_NOTE: '0',
      ...(coverage && { NODE_V8_COVERAGE: coverage }),
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  return new Promise((resolve, reject) => {
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
    let seconds = 0;
    const watch = setInterval(() => {
      const now = at();
      const state = stateOf(child.pid);
      if (now !== last) [last, since, seconds] = [now, Date.now(), state.seconds ?? 0];
      const used = state.seconds === undefined ? (Date.now() - since) / 1000 : state.seconds - seconds;
      if (done) return;
      if ((last !== '' && used > patience.processor) || Date.now() - since > 1000 * patience.passed) {
        cause = 'hang';
        child.kill('SIGKILL');
      } else if (state.memory > 2 * mostMemory) {
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
      const index = Number.parseInt(at(), 10);
      if (!done && Number.isNaN(index)) {
        reject(
          new Error(
            `Cannot fuzz ${parser} as its child must start: it ended with ${signal ?? `status ${code}`}\n${errors}`,
          ),
        );
        return;
      }
      if (!done) {
        const what = cause ?? 'abort';
        const line = errors.split('\n').find((each) => /FATAL|Error/.test(each)) ?? '';
        onFault({
          parser,
          seed,
          fault: what,
          index,
          message: `${signal ?? `status ${code}`} ${line}`.trim().slice(0, 300),
        });
      }
      resolve({ done, next: done ? to : index + 1 });
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
