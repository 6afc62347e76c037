// The most that WebAssembly's vectors of four floats give on this processor: fused multiply-adds on registers alone.
import { setFlagsFromString } from 'node:v8';

/** Independent sums, which hide how long one multiply-add takes; with the two factors they fit 16 registers. */
const SUMS = 12;
const UNROLLED = 4;

const unsigned = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)]);
const section = (id, bytes) => [id, ...unsigned(bytes.length), ...bytes];
const vector = (code) => [0xfd, ...unsigned(code)];
const [CONST, EXTRACT, ADD, MUL, RELAXED_MADD] = [0x0c, 0x1f, 0xe4, 0xe6, 0x105];
const get = (local) => [0x20, local];
const set = (local) => [0x21, local];

/** A module of one function, `run(times: i32): f32`; local 0 is `times`, then the factors, then the sums. */
function moduleOf(fused) {
  const [one, two] = [1, 2];
  const sums = Array.from({ length: SUMS }, (_, index) => 3 + index);
  const constant = (value) => [...vector(CONST), ...new Uint8Array(new Float32Array(4).fill(value).buffer)];
  const multiplyAdd = (sum) =>
    fused
      ? [...get(one), ...get(two), ...get(sum), ...vector(RELAXED_MADD), ...set(sum)]
      : [...get(sum), ...get(one), ...vector(MUL), ...get(two), ...vector(ADD), ...set(sum)];
  const step = sums.flatMap(multiplyAdd);
  const body = [
    ...[1, 2 + SUMS, 0x7b],
    ...[...constant(0.999), ...set(one), ...constant(0.001), ...set(two)],
    ...[0x03, 0x40, ...Array.from({ length: UNROLLED }, () => step).flat()],
    // until times - 1 is 0
    ...[...get(0), 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b],
    ...get(sums[0]),
    ...sums.slice(1).flatMap((sum) => [...get(sum), ...vector(ADD)]),
    ...[...vector(EXTRACT), 0, 0x0b],
  ];
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 1, 0x7f, 1, 0x7d]),
    ...section(3, [1, 0]),
    ...section(7, [1, 3, ...Buffer.from('run'), 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]);
}

function compile() {
  const fused = moduleOf(true);
  // Node 20 has it behind a flag, which is read when a module is compiled
  const flagged = process.version.startsWith('v20.');
  if (flagged) setFlagsFromString('--experimental-wasm-relaxed-simd');
  const relaxed = WebAssembly.validate(fused);
  const module = new WebAssembly.Module(relaxed ? fused : moduleOf(false));
  if (flagged) setFlagsFromString('--no-experimental-wasm-relaxed-simd');
  return { relaxed, run: new WebAssembly.Instance(module).exports.run };
}

/**
 * A function that measures for about 20 milliseconds and gives GFLOP/s, two for each multiply-add; `relaxed` says whether
 * it is one instruction in this engine.
 */
export function simdPeak() {
  const { run, relaxed } = compile();
  const operations = 2 * 4 * SUMS * UNROLLED;
  // the engine's better compiler takes over meanwhile
  for (let turn = 0; turn < 30; turn++) run(20_000);
  let times = 200_000;
  const measure = () => {
    const cpu = process.cpuUsage();
    const start = performance.now();
    run(times);
    const wall = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    const milliseconds = Math.min(wall, (user + system) / 1000);
    const found = (operations * times) / milliseconds / 1e6;
    times = Math.max(10_000, Math.round((times * 20) / wall));
    return found;
  };
  return { relaxed, measure };
}
