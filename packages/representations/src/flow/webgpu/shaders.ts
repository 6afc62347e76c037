/** WGSL of the flow kernels. All images are planes of floats, row by row; a buffer may hold several planes of one size. */

/** The parameters every kernel can read: sizes and a few numbers, whose meaning each kernel states. */
const head = /* wgsl */ `
struct Params { width: u32, height: u32, a: u32, b: u32, p: f32, q: f32, r: f32, s: f32 }
@group(0) @binding(0) var<uniform> k: Params;
fn size() -> u32 { return k.width * k.height; }
`;

const main = /* wgsl */ `@compute @workgroup_size(256) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(local_invocation_index) local: u32,
  @builtin(workgroup_id) group: vec3u)`;

/** Gray levels 0..255, rounded to 1/8192, of an image with k.a channels. */
export const grayShader = /* wgsl */ `${head}
@group(0) @binding(1) var<storage, read> image: array<f32>;
@group(0) @binding(2) var<storage, read_write> gray: array<f32>;
${main} {
  let i = id.x;
  if (i >= size()) { return; }
  var value: f32;
  if (k.a == 3u) { value = 0.299 * image[3u * i] + 0.587 * image[3u * i + 1u] + 0.114 * image[3u * i + 2u]; }
  else { value = image[i]; }
  gray[i] = round(value * 255.0 * 8192.0) / 8192.0;
}`;

/** Bilinear resize of planes: from (k.width, k.height) to (k.a, k.b), k.p and k.q old pixels per new one, times k.r; id.y is the plane. */
export const resizeShader = /* wgsl */ `${head}
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> target_: array<f32>;
${main} {
  let count = k.a * k.b;
  if (id.x >= count) { return; }
  let x = id.x % k.a;
  let y = id.x / k.a;
  let sx = (f32(x) + 0.5) * k.p - 0.5;
  let sy = (f32(y) + 0.5) * k.q - 0.5;
  let fx = sx - floor(sx);
  let fy = sy - floor(sy);
  let w = i32(k.width);
  let h = i32(k.height);
  let x0 = u32(clamp(i32(floor(sx)), 0, w - 1));
  let x1 = u32(clamp(i32(floor(sx)) + 1, 0, w - 1));
  let y0 = u32(clamp(i32(floor(sy)), 0, h - 1));
  let y1 = u32(clamp(i32(floor(sy)) + 1, 0, h - 1));
  let at = id.y * size();
  let upper = source[at + y0 * k.width + x0] * (1.0 - fx) + source[at + y0 * k.width + x1] * fx;
  let lower = source[at + y1 * k.width + x0] * (1.0 - fx) + source[at + y1 * k.width + x1] * fx;
  target_[id.y * count + id.x] = (upper * (1.0 - fy) + lower * fy) * k.r;
}`;

/** One pass of a separable blur with 2 k.a + 1 weights, along x (k.b = 0) or y (k.b = 1); borders mirrored without the edge. */
export const blurShader = /* wgsl */ `${head}
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> target_: array<f32>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
fn mirror(index: i32, length: i32) -> u32 {
  if (length == 1) { return 0u; }
  let period = 2 * (length - 1);
  let i = ((index % period) + period) % period;
  return u32(select(period - i, i, i < length));
}
${main} {
  if (id.x >= size()) { return; }
  let x = i32(id.x % k.width);
  let y = i32(id.x / k.width);
  let radius = i32(k.a);
  var sum = 0.0;
  for (var d = -radius; d <= radius; d++) {
    var at: u32;
    if (k.b == 0u) { at = u32(y) * k.width + mirror(x + d, i32(k.width)); }
    else { at = mirror(y + d, i32(k.height)) * k.width + u32(x); }
    sum += weights[d + radius] * source[at];
  }
  target_[id.x] = sum;
}`;

/** Planes I, I_x, I_y of an image: centerd differences, halved; one-sided (still halved) at the borders. */
export const gradientShader = /* wgsl */ `${head}
@group(0) @binding(1) var<storage, read> image: array<f32>;
@group(0) @binding(2) var<storage, read_write> planes: array<f32>;
${main} {
  let n = size();
  if (id.x >= n) { return; }
  let x = id.x % k.width;
  let y = id.x / k.width;
  let left = id.x - select(0u, 1u, x > 0u);
  let right = id.x + select(0u, 1u, x + 1u < k.width);
  let above = id.x - select(0u, k.width, y > 0u);
  let below = id.x + select(0u, k.width, y + 1u < k.height);
  planes[id.x] = image[id.x];
  planes[n + id.x] = 0.5 * (image[right] - image[left]);
  planes[2u * n + id.x] = 0.5 * (image[below] - image[above]);
}`;

/**
 * The linearized data term around the flow: planes i_x, i_y, rho, i_x^2 + i_y^2. Cubic interpolation at 1/32 pixel, zero outside. With k.a = 1 there
 * is no data term where the flow leads out of the image. Sets the flag: a new linearization is not solved.
 */
export const linearizeShader = /* wgsl */ `${head}
@group(0) @binding(1) var<storage, read> first: array<f32>;
@group(0) @binding(2) var<storage, read> planes: array<f32>;
@group(0) @binding(3) var<storage, read> flow: array<f32>;
@group(0) @binding(4) var<storage, read_write> term: array<f32>;
@group(0) @binding(5) var<storage, read_write> flag: array<u32>;
fn cubic(x: f32) -> vec4f {
  let a = -0.75;
  let w0 = ((a * (x + 1.0) - 5.0 * a) * (x + 1.0) + 8.0 * a) * (x + 1.0) - 4.0 * a;
  let w1 = ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
  let y = 1.0 - x;
  let w2 = ((a + 2.0) * y - (a + 3.0)) * y * y + 1.0;
  return vec4f(w0, w1, w2, 1.0 - w0 - w1 - w2);
}
${main} {
  let n = size();
  if (id.x == 0u) { flag[0] = 1u; }
  if (id.x >= n) { return; }
  let x = id.x % k.width;
  let y = id.x / k.width;
  let u = flow[id.x];
  let v = flow[n + id.x];
  let w = i32(k.width);
  let h = i32(k.height);
  let px = f32(x) + u;
  let py = f32(y) + v;
  let fx = i32(clamp(round(px * 32.0), -64.0, f32((w + 1) * 32)));
  let fy = i32(clamp(round(py * 32.0), -64.0, f32((h + 1) * 32)));
  let wx = cubic(f32(fx & 31) / 32.0);
  let wy = cubic(f32(fy & 31) / 32.0);
  let left = (fx >> 5u) - 1;
  let top = (fy >> 5u) - 1;
  var sum = vec3f(0.0);
  for (var j = 0; j < 4; j++) {
    let row = top + j;
    if (row < 0 || row >= h) { continue; }
    for (var i = 0; i < 4; i++) {
      let column = left + i;
      if (column < 0 || column >= w) { continue; }
      let at = u32(row) * k.width + u32(column);
      sum += wy[j] * wx[i] * vec3f(planes[at], planes[n + at], planes[2u * n + at]);
    }
  }
  var result = vec4f(sum.y, sum.z, sum.x - sum.y * u - sum.z * v - first[id.x], sum.y * sum.y + sum.z * sum.z);
  if (k.a == 1u && (px < 0.0 || px > f32(w - 1) || py < 0.0 || py > f32(h - 1))) { result = vec4f(0.0); }
  term[id.x] = result.x;
  term[n + id.x] = result.y;
  term[2u * n + id.x] = result.z;
  term[3u * n + id.x] = result.w;
}`;

/** The sum of a value of every thread, one number per workgroup. */
const partialSum = /* wgsl */ `
var<workgroup> shared_: array<f32, 256>;
fn reduce(value: f32, local: u32) -> f32 {
  shared_[local] = value;
  workgroupBarrier();
  for (var step = 128u; step > 0u; step = step >> 1u) {
    if (local < step) { shared_[local] += shared_[local + step]; }
    workgroupBarrier();
  }
  return shared_[0];
}`;

/** TV-L1, primal step: k.p = lambda theta, k.q = theta. */
export const primalShader = /* wgsl */ `${head}
@group(0) @binding(1) var<storage, read> term: array<f32>;
@group(0) @binding(2) var<storage, read> dual: array<f32>;
@group(0) @binding(3) var<storage, read_write> flow: array<f32>;
@group(0) @binding(4) var<storage, read> flag: array<u32>;
@group(0) @binding(5) var<storage, read_write> partial: array<f32>;
${partialSum}
fn divergence(plane: u32, i: u32, x: u32, y: u32) -> f32 {
  let n = size();
  let a = plane * n + i;
  let b = a + n;
  return dual[a] - select(0.0, dual[a - 1u], x > 0u) + (dual[b] - select(0.0, dual[b - k.width], y > 0u));
}
${main} {
  let n = size();
  let i = id.x;
  var change = 0.0;
  let working = flag[0] == 1u;
  if (working && i < n) {
    let gx = term[i];
    let gy = term[n + i];
    let squared = term[3u * n + i];
    let u = flow[i];
    let v = flow[n + i];
    let residual = term[2u * n + i] + (gx * u + gy * v);
    var step = 0.0;
    if (residual < -k.p * squared) { step = k.p; }
    else if (residual > k.p * squared) { step = -k.p; }
    else if (squared > 1.1920929e-7) { step = -residual / squared; }
    let x = i % k.width;
    let y = i / k.width;
    let nu = u + step * gx + k.q * divergence(0u, i, x, y);
    let nv = v + step * gy + k.q * divergence(2u, i, x, y);
    flow[i] = nu;
    flow[n + i] = nv;
    change = (nu - u) * (nu - u) + (nv - v) * (nv - v);
  }
  let sum = reduce(change, local);
  if (local == 0u && working) { partial[group.x] = sum; }
}`;

/** TV-L1, dual step: k.p = tau / theta; id.y is the component. */
export const dualShader = /* wgsl */ `${head}
@group(0) @binding(1) var<storage, read> flow: array<f32>;
@group(0) @binding(2) var<storage, read_write> dual: array<f32>;
@group(0) @binding(3) var<storage, read> flag: array<u32>;
${main} {
  let n = size();
  if (flag[0] != 1u || id.x >= n) { return; }
  let x = id.x % k.width;
  let y = id.x / k.width;
  let at = id.y * n + id.x;
  let here = flow[at];
  let gx = select(0.0, flow[at + 1u] - here, x + 1u < k.width);
  let gy = select(0.0, flow[at + k.width] - here, y + 1u < k.height);
  let norm = 1.0 + k.p * sqrt(gx * gx + gy * gy);
  let p = 2u * id.y * n + id.x;
  dual[p] = (dual[p] + k.p * gx) / norm;
  dual[p + n] = (dual[p + n] + k.p * gy) / norm;
}`;

/** Adds the k.a partial sums and clears the flag if they are not above k.p: the linearization is solved. One workgroup. */
export const checkShader = /* wgsl */ `${head}
@group(0) @binding(1) var<storage, read> partial: array<f32>;
@group(0) @binding(2) var<storage, read_write> flag: array<u32>;
${partialSum}
${main} {
  var sum = 0.0;
  for (var i = local; i < k.a; i += 256u) { sum += partial[i]; }
  let total = reduce(sum, local);
  if (local == 0u && id.x == 0u && flag[0] == 1u && !(total > k.p)) { flag[0] = 0u; }
}`;

/** Median of k.a x k.a pixels (3 or 5), borders repeated; id.y is the plane. */
export const medianShader = /* wgsl */ `${head}
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> target_: array<f32>;
@group(0) @binding(3) var<storage, read> flag: array<u32>;
${main} {
  let n = size();
  if (flag[0] != 1u || id.x >= n) { return; }
  let x = i32(id.x % k.width);
  let y = i32(id.x / k.width);
  let radius = i32(k.a) / 2;
  var values: array<f32, 25>;
  var count = 0;
  for (var j = -radius; j <= radius; j++) {
    for (var i = -radius; i <= radius; i++) {
      let sx = u32(clamp(x + i, 0, i32(k.width) - 1));
      let sy = u32(clamp(y + j, 0, i32(k.height) - 1));
      // insertion, so that the values are in order
      let value = source[id.y * n + sy * k.width + sx];
      var at = count;
      while (at > 0 && values[at - 1] > value) { values[at] = values[at - 1]; at--; }
      values[at] = value;
      count++;
    }
  }
  target_[id.y * n + id.x] = values[count / 2];
}`;

/** Copies k.a planes while the flag is set. */
export const copyShader = /* wgsl */ `${head}
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> target_: array<f32>;
@group(0) @binding(3) var<storage, read> flag: array<u32>;
${main} {
  let i = id.y * size() + id.x;
  if (flag[0] != 1u || id.x >= size()) { return; }
  target_[i] = source[i];
}`;

/** Horn-Schunck: one Jacobi iteration from flow to next; k.p = alpha^2. */
export const jacobiShader = /* wgsl */ `${head}
@group(0) @binding(1) var<storage, read> term: array<f32>;
@group(0) @binding(2) var<storage, read> flow: array<f32>;
@group(0) @binding(3) var<storage, read_write> next: array<f32>;
@group(0) @binding(4) var<storage, read> flag: array<u32>;
@group(0) @binding(5) var<storage, read_write> partial: array<f32>;
${partialSum}
fn at(plane: u32, x: i32, y: i32) -> f32 {
  let cx = u32(clamp(x, 0, i32(k.width) - 1));
  let cy = u32(clamp(y, 0, i32(k.height) - 1));
  return flow[plane * size() + cy * k.width + cx];
}
fn average(plane: u32, x: i32, y: i32) -> f32 {
  let sides = at(plane, x - 1, y) + at(plane, x + 1, y) + at(plane, x, y - 1) + at(plane, x, y + 1);
  let corners = at(plane, x - 1, y - 1) + at(plane, x + 1, y - 1) + at(plane, x - 1, y + 1) + at(plane, x + 1, y + 1);
  return sides / 6.0 + corners / 12.0;
}
${main} {
  let n = size();
  let i = id.x;
  var change = 0.0;
  let working = flag[0] == 1u;
  if (working && i < n) {
    let x = i32(i % k.width);
    let y = i32(i / k.width);
    let u = average(0u, x, y);
    let v = average(1u, x, y);
    let gx = term[i];
    let gy = term[n + i];
    let step = (term[2u * n + i] + gx * u + gy * v) / (k.p + term[3u * n + i]);
    let nu = u - gx * step;
    let nv = v - gy * step;
    next[i] = nu;
    next[n + i] = nv;
    let du = nu - flow[i];
    let dv = nv - flow[n + i];
    change = du * du + dv * dv;
  }
  let sum = reduce(change, local);
  if (local == 0u && working) { partial[group.x] = sum; }
}`;

/** Farneback: vertical sums of the polynomial expansion, planes g, y g, y^2 g; weights hold g, x g, x^2 g for 0..k.a. */
export const expandRowsShader = /* wgsl */ `${head}
@group(0) @binding(1) var<storage, read> image: array<f32>;
@group(0) @binding(2) var<storage, read_write> rows: array<f32>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
${main} {
  let n = size();
  if (id.x >= n) { return; }
  let x = id.x % k.width;
  let y = i32(id.x / k.width);
  let m = k.a + 1u;
  var sum = vec3f(image[id.x] * weights[0], 0.0, 0.0);
  for (var d = 1u; d <= k.a; d++) {
    let above = image[u32(max(y - i32(d), 0)) * k.width + x];
    let below = image[u32(min(y + i32(d), i32(k.height) - 1)) * k.width + x];
    sum += vec3f(weights[d] * (above + below), weights[m + d] * (below - above), weights[2u * m + d] * (above + below));
  }
  rows[id.x] = sum.x;
  rows[n + id.x] = sum.y;
  rows[2u * n + id.x] = sum.z;
}`;

/** Farneback: horizontal sums and coefficients b1, b2, a11, a22, a12; k.p..k.s = ig11, ig03, ig33, ig55. */
export const expandColumnsShader = /* wgsl */ `${head}
@group(0) @binding(1) var<storage, read> rows: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<f32>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
${main} {
  let n = size();
  if (id.x >= n) { return; }
  let x = i32(id.x % k.width);
  let row = id.x / k.width * k.width;
  let m = k.a + 1u;
  var b1 = rows[id.x] * weights[0];
  var b3 = rows[n + id.x] * weights[0];
  var b5 = rows[2u * n + id.x] * weights[0];
  var b2 = 0.0;
  var b4 = 0.0;
  var b6 = 0.0;
  for (var d = 1u; d <= k.a; d++) {
    let left = row + u32(max(x - i32(d), 0));
    let right = row + u32(min(x + i32(d), i32(k.width) - 1));
    let g = weights[d];
    let xg = weights[m + d];
    let both = rows[right] + rows[left];
    b1 += both * g;
    b4 += both * weights[2u * m + d];
    b2 += (rows[right] - rows[left]) * xg;
    b3 += (rows[n + right] + rows[n + left]) * g;
    b6 += (rows[n + right] - rows[n + left]) * xg;
    b5 += (rows[2u * n + right] + rows[2u * n + left]) * g;
  }
  result[id.x] = b3 * k.p;
  result[n + id.x] = b2 * k.p;
  result[2u * n + id.x] = b1 * k.q + b5 * k.r;
  result[3u * n + id.x] = b1 * k.q + b4 * k.r;
  result[4u * n + id.x] = b6 * k.s;
}`;

/** Farneback: the five sums of the 2 x 2 system of each pixel, from both expansions and the flow so far. */
export const matricesShader = /* wgsl */ `${head}
@group(0) @binding(1) var<storage, read> first: array<f32>;
@group(0) @binding(2) var<storage, read> second: array<f32>;
@group(0) @binding(3) var<storage, read> flow: array<f32>;
@group(0) @binding(4) var<storage, read_write> sums: array<f32>;
fn damping(index: u32, length: u32) -> f32 {
  let d = min(index, length - 1u - index);
  return select(select(0.4472, 0.14, d < 2u), 1.0, d >= 5u);
}
${main} {
  let n = size();
  if (id.x >= n) { return; }
  let x = id.x % k.width;
  let y = id.x / k.width;
  let dx = flow[id.x];
  let dy = flow[n + id.x];
  let px = f32(x) + dx;
  let py = f32(y) + dy;
  let x1 = i32(floor(clamp(px, -1.0, f32(k.width))));
  let y1 = i32(floor(clamp(py, -1.0, f32(k.height))));
  var r: array<f32, 5>;
  if (x1 >= 0 && y1 >= 0 && x1 < i32(k.width) - 1 && y1 < i32(k.height) - 1) {
    let fx = px - f32(x1);
    let fy = py - f32(y1);
    let at = u32(y1) * k.width + u32(x1);
    for (var c = 0u; c < 5u; c++) {
      let p = c * n + at;
      r[c] = (1.0 - fx) * (1.0 - fy) * second[p] + fx * (1.0 - fy) * second[p + 1u]
        + (1.0 - fx) * fy * second[p + k.width] + fx * fy * second[p + k.width + 1u];
    }
    r[0] = (first[id.x] - r[0]) * 0.5;
    r[1] = (first[n + id.x] - r[1]) * 0.5;
    r[2] = (first[2u * n + id.x] + r[2]) * 0.5;
    r[3] = (first[3u * n + id.x] + r[3]) * 0.5;
    r[4] = (first[4u * n + id.x] + r[4]) * 0.25;
  } else {
    r[0] = first[id.x] * 0.5;
    r[1] = first[n + id.x] * 0.5;
    r[2] = first[2u * n + id.x];
    r[3] = first[3u * n + id.x];
    r[4] = first[4u * n + id.x] * 0.5;
  }
  r[0] += r[2] * dy + r[4] * dx;
  r[1] += r[4] * dy + r[3] * dx;
  let scale = damping(x, k.width) * damping(y, k.height);
  for (var c = 0u; c < 5u; c++) { r[c] *= scale; }
  sums[id.x] = r[2] * r[2] + r[4] * r[4];
  sums[n + id.x] = (r[2] + r[3]) * r[4];
  sums[2u * n + id.x] = r[3] * r[3] + r[4] * r[4];
  sums[3u * n + id.x] = r[2] * r[0] + r[4] * r[1];
  sums[4u * n + id.x] = r[4] * r[0] + r[3] * r[1];
}`;

/** Farneback: sums of 2 k.a + 1 pixels along x, borders repeated; id.y is the plane. */
export const windowRowsShader = /* wgsl */ `${head}
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> target_: array<f32>;
${main} {
  let n = size();
  if (id.x >= n) { return; }
  let x = i32(id.x % k.width);
  let row = id.y * n + id.x / k.width * k.width;
  let m = i32(k.a);
  var sum = 0.0;
  for (var d = -m; d <= m; d++) { sum += source[row + u32(clamp(x + d, 0, i32(k.width) - 1))]; }
  target_[id.y * n + id.x] = sum;
}`;

/** Farneback: sums of 2 k.a + 1 pixels along y, and the displacement that solves the system. */
export const solveShader = /* wgsl */ `${head}
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> flow: array<f32>;
${main} {
  let n = size();
  if (id.x >= n) { return; }
  let x = id.x % k.width;
  let y = i32(id.x / k.width);
  let m = i32(k.a);
  let scale = 1.0 / f32((2 * m + 1) * (2 * m + 1));
  var g: array<f32, 5>;
  for (var d = -m; d <= m; d++) {
    let at = u32(clamp(y + d, 0, i32(k.height) - 1)) * k.width + x;
    for (var c = 0u; c < 5u; c++) { g[c] += source[c * n + at]; }
  }
  for (var c = 0u; c < 5u; c++) { g[c] *= scale; }
  let inverse = 1.0 / (g[0] * g[2] - g[1] * g[1] + 1e-3);
  flow[id.x] = (g[0] * g[4] - g[1] * g[3]) * inverse;
  flow[n + id.x] = (g[2] * g[3] - g[1] * g[4]) * inverse;
}`;

/** Planes u, v to pairs (u, v). */
export const interleaveShader = /* wgsl */ `${head}
@group(0) @binding(1) var<storage, read> flow: array<f32>;
@group(0) @binding(2) var<storage, read_write> pairs: array<f32>;
${main} {
  if (id.x >= size()) { return; }
  pairs[2u * id.x] = flow[id.x];
  pairs[2u * id.x + 1u] = flow[size() + id.x];
}`;
