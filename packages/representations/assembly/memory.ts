// A stack of scratch memory above the static data; JavaScript and the kernels share it.

let top: usize = __heap_base;

/** The current height of the stack; give it to release() later. */
export function mark(): usize {
  return top;
}

/** Gives back everything taken since `height`. */
export function release(height: usize): void {
  top = height;
}

/** `bytes` bytes, 16-aligned, not cleared; traps if there is no more memory. */
export function take(bytes: usize): usize {
  const start = (top + 15) & ~15;
  const end = start + bytes;
  // beyond the last page sizes wrap at 32 bits, below as well as in what is asked of the engine
  if (start < top || end < start || end > 0xffff0000) unreachable();
  const size = (<usize>memory.size()) << 16;
  if (end > size) {
    const pages = <i32>((end - size + 0xffff) >> 16);
    // grow by half at least, so that a sequence of calls grows rarely
    const half = memory.size() >> 1;
    if (memory.grow(max(pages, half)) < 0 && memory.grow(pages) < 0) unreachable();
  }
  top = end;
  return start;
}

/** Columns (and rows) of padding on each side of a plane. */
export const PAD: i32 = 4;

/** The distance in bytes between the rows of a plane of `width` floats: padded on both sides, 16-aligned. */
// @ts-ignore: decorator
@inline
export function strideOf(width: i32): usize {
  return <usize>((((width + 3) & ~3) + 2 * PAD) << 2);
}

/** A cleared plane of width x height floats with PAD zeros on every side; the address of its pixel (0, 0). */
export function plane(width: i32, height: i32): usize {
  const stride = strideOf(width);
  const bytes = stride * <usize>(height + 2 * PAD);
  const start = take(bytes);
  memory.fill(start, 0, bytes);
  return start + stride * PAD + (PAD << 2);
}

/** Copies dense rows into a plane. */
export function toPlane(dense: usize, target: usize, width: i32, height: i32): void {
  const stride = strideOf(width);
  const row = <usize>width << 2;
  for (let y = 0; y < height; y++) memory.copy(target + stride * y, dense + row * y, row);
}

/** Copies the pixels of a plane into another of the same size. */
export function copyPlane(source: usize, target: usize, width: i32, height: i32): void {
  const stride = strideOf(width);
  for (let y = 0; y < height; y++) memory.copy(target + stride * y, source + stride * y, <usize>width << 2);
}

/** Interleaves two planes into dense (u, v) pairs. */
export function interleave(u: usize, v: usize, dense: usize, width: i32, height: i32): void {
  const stride = strideOf(width);
  let out = dense;
  for (let y = 0; y < height; y++) {
    const from = stride * y;
    for (let x = 0; x < width; x++) {
      store<f32>(out, load<f32>(u + from + (<usize>x << 2)));
      store<f32>(out, load<f32>(v + from + (<usize>x << 2)), 4);
      out += 8;
    }
  }
}

/** Repeats the outermost pixels of a plane `reach` (<= PAD) columns and rows outwards. */
export function extend(source: usize, width: i32, height: i32, reach: i32): void {
  const stride = strideOf(width);
  for (let y = 0; y < height; y++) {
    const row = source + stride * y;
    const left = load<f32>(row);
    const right = load<f32>(row + (<usize>(width - 1) << 2));
    for (let x = 1; x <= reach; x++) {
      store<f32>(row - (<usize>x << 2), left);
      store<f32>(row + (<usize>(width - 1 + x) << 2), right);
    }
  }
  const bytes = <usize>(width + 2 * reach) << 2;
  const first = source - (<usize>reach << 2);
  const last = first + stride * (height - 1);
  for (let y = 1; y <= reach; y++) {
    memory.copy(first - stride * y, first, bytes);
    memory.copy(last + stride * y, last, bytes);
  }
}
