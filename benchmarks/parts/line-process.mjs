import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A process that answers each line with one, after a first line of JSON about itself. */
export async function lineProcess(label, command, args, env = {}) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } });
  // an ended process shows in what it does not answer
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`Cannot benchmark ${label} as its process ended`);
    return value;
  };
  return {
    label,
    info: JSON.parse(await next()),
    ask(line) {
      child.stdin.write(`${line}\n`);
      return next();
    },
    end: () => child.stdin.end(),
  };
}
