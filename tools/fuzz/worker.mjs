// A child of the fuzzer: makes inputs of one parser and parses them, and tells what came out. The index of the input that is being parsed stands in a file, so that
// the parent knows it whatever happens here.
import { openSync, writeSync } from 'node:fs';
import { kindOf } from './judge.mjs';
import { parserOf } from './parsers.mjs';
import { randomOf, seedOf } from './random.mjs';

const { parser: name, seed, from, to, status, work, most, only } = JSON.parse(process.argv[2]);
process.env.TF_CPP_MIN_LOG_LEVEL = '3';
console.warn = () => {};
const tf = await import('@tensorflow/tfjs-core');
await import('@tensorflow/tfjs-backend-cpu');
await tf.setBackend('cpu');

const parser = await parserOf(name, work);
const file = openSync(status, 'w');
const said = (value) => writeSync(file, String(value).padEnd(16), 0);
const send = (message) => new Promise((resolve) => process.send(message, resolve));
let stray;
process.on('unhandledRejection', (error) => (stray = error));
process.on('uncaughtException', (error) => (stray = error));

const counts = { inputs: 0, accepted: 0, past: 0, kinds: {} };
let slowest = 0;
for (let index = from; index < to; index++) {
  const random = randomOf(seedOf(name, seed, index));
  let input;
  try {
    input = await parser.make(random, index);
  } catch (error) {
    await send({ fault: 'fuzzer', index, message: `it made no input: ${error.stack}` });
    continue;
  }
  if (only)
    await send({
      input: {
        bytes: ArrayBuffer.isView(input) ? [...input] : undefined,
        data: ArrayBuffer.isView(input) ? undefined : input,
      },
    });
  said(index);
  const before = process.resourceUsage().maxRSS;
  const start = process.cpuUsage();
  let error;
  stray = undefined;
  try {
    await parser.run(input, random);
  } catch (thrown) {
    error = thrown ?? new Error('');
  }
  if (stray)
    error = Object.assign(new Error(`thrown where nobody catches it: ${stray?.message ?? stray}`), { stray: true });
  const { user, system } = process.cpuUsage(start);
  // of the processor: what passes depends on what else runs
  const time = (user + system) / 1000;
  slowest = Math.max(slowest, time);
  const memory = process.resourceUsage().maxRSS / 1024;
  counts.inputs++;
  if (!error) counts.accepted++;
  if (!error || !parser.header.test(error.message ?? '')) counts.past++;
  const kind = error?.stray ? 'uncaught' : error ? kindOf(error) : 'none';
  counts.kinds[kind] = (counts.kinds[kind] ?? 0) + 1;
  if (only)
    await send({ outcome: error ? `${error.constructor?.name}: ${error.stack ?? error}` : 'accepted', time, memory });
  if (kind !== 'none' && kind !== 'ours')
    await send({
      fault: kind,
      index,
      message: String(error?.message ?? error).slice(0, 400),
      stack: String(error?.stack).slice(0, 1500),
    });
  if (memory > most && before / 1024 <= most)
    await send({ fault: 'memory', index, message: `${Math.round(memory)} MB` });
  if (time > 5000) await send({ fault: 'hang', index, message: `${Math.round(time)} ms` });
  if (tf.memory().numTensors > 20_000) tf.disposeVariables();
}
said('done');
await send({ done: true, ...counts, slowest, memory: process.resourceUsage().maxRSS / 1024 });
process.disconnect();
