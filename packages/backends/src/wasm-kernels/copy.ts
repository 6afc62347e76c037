import * as tf from '@tensorflow/tfjs-core';
import { address, type KernelArgs, type KernelFunction, kernelsOf, type WasmBackend } from './wasm-backend.js';

/** The same data under another name: an identity, a cast to the same type. */
function alias(backend: WasmBackend, x: tf.TensorInfo): tf.TensorInfo {
  backend.incRef(x.dataId);
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
}

/** Identity without a copy. */
export function identity({ inputs, backend }: KernelArgs): tf.TensorInfo {
  return alias(backend, inputs['x'] as tf.TensorInfo);
}

/** Cast; without a copy where the type stays. */
export function cast(stock: KernelFunction): KernelFunction {
  return (args) => {
    const { x } = args.inputs as { x: tf.TensorInfo };
    return x.dtype === (args.attrs as { dtype?: string } | undefined)?.dtype ? alias(args.backend, x) : stock(args);
  };
}

type Side = { at: number; shape: readonly number[]; begin?: readonly number[] };

/**
 * Copies a box of floats from one array to another; false when it has too many axes. Axes that are whole on both sides
 * are taken together with the one before them.
 */
function copyBox(backend: WasmBackend, box: readonly number[], from: Side, to: Side): boolean {
  const axes: { size: number; from: number; to: number }[] = [];
  let fromStep = 1;
  let toStep = 1;
  let fromAt = from.at;
  let toAt = to.at;
  for (let axis = box.length - 1; axis >= 0; axis--) {
    const size = box[axis]!;
    const inner = axes[0];
    if (inner && inner.from * inner.size === fromStep && inner.to * inner.size === toStep) inner.size *= size;
    else if (size !== 1 || axes.length === 0) axes.unshift({ size, from: fromStep, to: toStep });
    fromAt += 4 * fromStep * (from.begin?.[axis] ?? 0);
    toAt += 4 * toStep * (to.begin?.[axis] ?? 0);
    fromStep *= from.shape[axis]!;
    toStep *= to.shape[axis]!;
  }
  if (axes.length === 0) axes.push({ size: 1, from: 1, to: 1 });
  if (axes.length > 4 || axes[axes.length - 1]!.from !== 1 || axes[axes.length - 1]!.to !== 1) return false;
  const run = axes.pop()!.size;
  while (axes.length < 3) axes.unshift({ size: 1, from: 0, to: 0 });
  const [a, b, c] = axes as [(typeof axes)[0], (typeof axes)[0], (typeof axes)[0]];
  kernelsOf(backend).copyBlocks({
    from: fromAt,
    s0: a.from,
    s1: b.from,
    s2: c.from,
    to: toAt,
    d0: a.to,
    d1: b.to,
    d2: c.to,
    n0: a.size,
    n1: b.size,
    n2: c.size,
    run,
  });
  return true;
}

/** Slice of floats. */
export function slice(stock: KernelFunction): KernelFunction {
  return (args) => {
    const { inputs, attrs, backend } = args;
    const { x } = inputs as { x: tf.TensorInfo };
    const { begin, size } = attrs as never as { begin: number[]; size: number[] };
    const [start, box] = tf.slice_util.parseSliceParams(x as never, begin, size) as [number[], number[]];
    if (x.dtype !== 'float32' || tf.util.sizeFromShape(box) === 0) return stock(args);
    tf.slice_util.assertParamsValid(x as never, start, box);
    const out = backend.makeOutput(box, 'float32');
    const from = { at: address(backend, x), shape: x.shape, begin: start };
    if (copyBox(backend, box, from, { at: address(backend, out), shape: box })) return out;
    backend.disposeData(out.dataId);
    return stock(args);
  };
}

/** PadV2 of floats. */
export function pad(stock: KernelFunction): KernelFunction {
  return (args) => {
    const { inputs, attrs, backend } = args;
    const { x } = inputs as { x: tf.TensorInfo };
    const { paddings, constantValue } = attrs as never as { paddings: [number, number][]; constantValue: number };
    const shape = paddings.map(([before, after], i) => before + x.shape[i]! + after);
    if (x.dtype !== 'float32' || tf.util.sizeFromShape(x.shape) === 0) return stock(args);
    const out = backend.makeOutput(shape, 'float32');
    const at = address(backend, out);
    kernelsOf(backend).fill({ to: at, size: tf.util.sizeFromShape(shape), value: constantValue });
    const to = { at, shape, begin: paddings.map(([before]) => before) };
    if (copyBox(backend, x.shape, { at: address(backend, x), shape: x.shape }, to)) return out;
    backend.disposeData(out.dataId);
    return stock(args);
  };
}

/** Concat of floats. */
export function concat(stock: KernelFunction): KernelFunction {
  return (args) => {
    const { attrs, backend } = args;
    const inputs = Object.values(args.inputs) as tf.TensorInfo[];
    const first = inputs[0];
    if (first === undefined || inputs.some(({ dtype }) => dtype !== 'float32')) return stock(args);
    const axis = tf.util.parseAxisParam((attrs as never as { axis: number }).axis, first.shape)[0]!;
    const shape = tf.backend_util.computeOutShape(
      inputs.map((input) => input.shape),
      axis,
    );
    if (tf.util.sizeFromShape(shape) === 0) return stock(args);
    const out = backend.makeOutput(shape, 'float32');
    const begin = shape.map(() => 0);
    for (const input of inputs) {
      const from = { at: address(backend, input), shape: input.shape };
      const isEmpty = tf.util.sizeFromShape(input.shape) === 0;
      if (!isEmpty && !copyBox(backend, input.shape, from, { at: address(backend, out), shape, begin })) {
        backend.disposeData(out.dataId);
        return stock(args);
      }
      begin[axis]! += input.shape[axis]!;
    }
    return out;
  };
}

/** SplitV of floats. */
export function split(stock: KernelFunction): KernelFunction {
  return (args) => {
    const { inputs, attrs, backend } = args;
    const { x } = inputs as { x: tf.TensorInfo };
    const { numOrSizeSplits, axis } = attrs as never as { numOrSizeSplits: number | number[]; axis: number };
    const along = tf.util.parseAxisParam(axis, x.shape)[0]!;
    const sizes = tf.backend_util.prepareSplitSize(x as never, numOrSizeSplits, along);
    if (x.dtype !== 'float32' || tf.util.sizeFromShape(x.shape) === 0) return stock(args);
    const begin = x.shape.map(() => 0);
    const outputs: tf.TensorInfo[] = [];
    for (const size of sizes) {
      const box = x.shape.map((whole, i) => (i === along ? size : whole));
      const out = backend.makeOutput(box, 'float32');
      outputs.push(out);
      const from = { at: address(backend, x), shape: x.shape, begin };
      if (size > 0 && !copyBox(backend, box, from, { at: address(backend, out), shape: box })) {
        for (const made of outputs) backend.disposeData(made.dataId);
        return stock(args);
      }
      begin[along]! += size;
    }
    return outputs;
  };
}

/** Tile, by copies that double what is there already. */
export function tile(stock: KernelFunction): KernelFunction {
  return (args) => {
    const { inputs, attrs, backend } = args;
    const { x } = inputs as { x: tf.TensorInfo };
    const { reps } = attrs as never as { reps: number[] };
    const shape = x.shape.map((size, i) => size * reps[i]!);
    if (x.dtype === 'string' || tf.util.sizeFromShape(shape) === 0) return stock(args);
    const out = backend.makeOutput(shape, x.dtype);
    const heap = backend.wasm.HEAPU8;
    const bytes = tf.util.bytesPerElement(x.dtype);
    const whole = shape.map((_size, i) => bytes * tf.util.sizeFromShape(shape.slice(i)));
    let source = address(backend, x);
    // From here on every axis is copied once: one piece of memory.
    let last = shape.length;
    while (last > 0 && reps[last - 1] === 1) last--;
    const run = bytes * tf.util.sizeFromShape(x.shape.slice(last));
    const write = (axis: number, target: number) => {
      if (axis === last) {
        if (run === 4) {
          heap[target] = heap[source]!;
          heap[target + 1] = heap[source + 1]!;
          heap[target + 2] = heap[source + 2]!;
          heap[target + 3] = heap[source + 3]!;
        } else heap.copyWithin(target, source, source + run);
        source += run;
        return;
      }
      const step = axis + 1 < shape.length ? whole[axis + 1]! : bytes;
      for (let i = 0; i < x.shape[axis]!; i++) write(axis + 1, target + i * step);
      let filled = x.shape[axis]! * step;
      const end = whole[axis]!;
      while (filled < end) {
        const count = Math.min(filled, end - filled);
        heap.copyWithin(target + filled, target, target + count);
        filled += count;
      }
    };
    write(0, address(backend, out));
    return out;
  };
}
