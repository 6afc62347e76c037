// Arithmetic on whole arrays.
import { patternSize, repeat } from './pattern';

const ADD: i32 = 0;
const SUBTRACT: i32 = 1;
const MULTIPLY: i32 = 2;
const DIVIDE: i32 = 3;

// @ts-ignore: decorator
@inline
function apply(operation: i32, a: v128, b: v128): v128 {
  if (operation == ADD) return f32x4.add(a, b);
  if (operation == SUBTRACT) return f32x4.sub(a, b);
  if (operation == MULTIPLY) return f32x4.mul(a, b);
  return f32x4.div(a, b);
}

// @ts-ignore: decorator
@inline
function applyOne(operation: i32, a: f32, b: f32): f32 {
  if (operation == ADD) return a + b;
  if (operation == SUBTRACT) return a - b;
  if (operation == MULTIPLY) return a * b;
  return a / b;
}

// @ts-ignore: decorator
@inline
function whole(operation: i32, a: usize, b: usize, size: i32, out: usize): void {
  let i = 0;
  for (; i + 8 <= size; i += 8) {
    v128.store(out, apply(operation, v128.load(a), v128.load(b)));
    v128.store(out, apply(operation, v128.load(a, 16), v128.load(b, 16)), 16);
    a += 32;
    b += 32;
    out += 32;
  }
  for (; i < size; i++) {
    store<f32>(out, applyOne(operation, load<f32>(a), load<f32>(b)));
    a += 4;
    b += 4;
    out += 4;
  }
}

/** out = a (operation) b for arrays of the same shape; operations: 0 add, 1 subtract, 2 multiply, 3 divide. */
export function binary(operation: i32, a: usize, b: usize, size: i32, out: usize): void {
  if (operation == ADD) whole(ADD, a, b, size, out);
  else if (operation == SUBTRACT) whole(SUBTRACT, a, b, size, out);
  else if (operation == MULTIPLY) whole(MULTIPLY, a, b, size, out);
  else whole(DIVIDE, a, b, size, out);
}

// @ts-ignore: decorator
@inline
function byRows(operation: i32, swapped: bool, x: usize, pattern: usize, period: i32, size: i32, out: usize): void {
  let i = 0;
  const end = pattern + (<usize>period << 2);
  for (; i + period <= size; i += period) {
    for (let p = pattern; p < end; p += 16) {
      const a = v128.load(x), b = v128.load(p);
      v128.store(out, swapped ? apply(operation, b, a) : apply(operation, a, b));
      x += 16;
      out += 16;
    }
  }
  for (let p = pattern; i < size; i++) {
    const a = load<f32>(x), b = load<f32>(p);
    store<f32>(out, swapped ? applyOne(operation, b, a) : applyOne(operation, a, b));
    x += 4;
    out += 4;
    p += 4;
  }
}

/**
 * out = x (operation) v, where every row of x, [rows, columns], meets the same v, [columns]; v (operation) x when
 * `swapped`. `scratch` holds a pattern.
 */
export function binaryRows(
  operation: i32, swapped: bool, x: usize, rows: i32, columns: i32, v: usize, out: usize, scratch: usize,
): void {
  repeat(v, columns, scratch);
  const period = patternSize(columns);
  const size = rows * columns;
  if (operation == ADD) byRows(ADD, false, x, scratch, period, size, out);
  else if (operation == MULTIPLY) byRows(MULTIPLY, false, x, scratch, period, size, out);
  else if (operation == SUBTRACT) {
    if (swapped) byRows(SUBTRACT, true, x, scratch, period, size, out);
    else byRows(SUBTRACT, false, x, scratch, period, size, out);
  } else if (swapped) byRows(DIVIDE, true, x, scratch, period, size, out);
  else byRows(DIVIDE, false, x, scratch, period, size, out);
}

/** out = factor * a * b */
export function scaledProduct(factor: f32, a: usize, b: usize, size: i32, out: usize): void {
  const f = f32x4.splat(factor);
  let i = 0;
  for (; i + 4 <= size; i += 4) {
    v128.store(out, f32x4.mul(f, f32x4.mul(v128.load(a), v128.load(b))));
    a += 16;
    b += 16;
    out += 16;
  }
  for (; i < size; i++) {
    store<f32>(out, factor * (load<f32>(a) * load<f32>(b)));
    a += 4;
    b += 4;
    out += 4;
  }
}

/** out = dy where x > 0 and x <= ceiling; 0 elsewhere. */
export function reluGradient(dy: usize, x: usize, ceiling: f32, size: i32, out: usize): void {
  const zero = f32x4.splat(0);
  const top = f32x4.splat(ceiling);
  let i = 0;
  for (; i + 4 <= size; i += 4) {
    const v = v128.load(x);
    v128.store(out, v128.and(v128.load(dy), v128.and(f32x4.gt(v, zero), f32x4.le(v, top))));
    dy += 16;
    x += 16;
    out += 16;
  }
  for (; i < size; i++) {
    const v = load<f32>(x);
    store<f32>(out, v > 0 && v <= ceiling ? load<f32>(dy) : 0);
    dy += 4;
    x += 4;
    out += 4;
  }
}
