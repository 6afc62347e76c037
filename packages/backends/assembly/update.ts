// Steps of optimizers, in one pass and in place. Everything is a flat array of `size` floats.

/**
 * Adam. With s = gradient + l2 * weight:
 *   first = beta1 * first + (1 - beta1) * s,  second = beta2 * second + (1 - beta2) * s^2,
 *   weight = keep * weight - step * first / (correction * sqrt(second) + epsilon).
 */
export function adamUpdate(
  weight: usize, first: usize, second: usize, gradient: usize, size: i32,
  beta1: f64, beta2: f64, epsilon: f64, step: f64, correction: f64, l2: f64, keep: f64,
): void {
  const b1 = f32x4.splat(<f32>beta1), c1 = f32x4.splat(<f32>(1 - beta1));
  const b2 = f32x4.splat(<f32>beta2), c2 = f32x4.splat(<f32>(1 - beta2));
  const e = f32x4.splat(<f32>epsilon), r = f32x4.splat(<f32>correction), a = f32x4.splat(<f32>step);
  const decay = f32x4.splat(<f32>l2), k = f32x4.splat(<f32>keep);
  let i = 0;
  for (; i + 4 <= size; i += 4) {
    const w = v128.load(weight);
    const s = f32x4.add(v128.load(gradient), f32x4.mul(decay, w));
    const m = f32x4.add(f32x4.mul(b1, v128.load(first)), f32x4.mul(c1, s));
    const v = f32x4.add(f32x4.mul(b2, v128.load(second)), f32x4.mul(c2, f32x4.mul(s, s)));
    v128.store(first, m);
    v128.store(second, v);
    const spread = f32x4.add(f32x4.mul(f32x4.sqrt(v), r), e);
    v128.store(weight, f32x4.sub(f32x4.mul(k, w), f32x4.mul(a, f32x4.div(m, spread))));
    weight += 16;
    first += 16;
    second += 16;
    gradient += 16;
  }
  for (; i < size; i++) {
    const w = load<f32>(weight);
    const s = load<f32>(gradient) + <f32>l2 * w;
    const m = <f32>beta1 * load<f32>(first) + <f32>(1 - beta1) * s;
    const v = <f32>beta2 * load<f32>(second) + <f32>(1 - beta2) * (s * s);
    store<f32>(first, m);
    store<f32>(second, v);
    const spread = sqrt(v) * <f32>correction + <f32>epsilon;
    store<f32>(weight, <f32>keep * w - <f32>step * (m / spread));
    weight += 4;
    first += 4;
    second += 4;
    gradient += 4;
  }
}

/**
 * Gradient descent. With s = gradient + l2 * weight: velocity = momentum * velocity + s, and
 * weight = keep * weight - step * velocity, or with Nesterov's momentum weight - step * (s + momentum * velocity).
 * Without velocity (null), weight = keep * weight - step * s.
 */
export function sgdUpdate(
  weight: usize, velocity: usize, gradient: usize, size: i32,
  momentum: f64, nesterov: bool, step: f64, l2: f64, keep: f64,
): void {
  const u = f32x4.splat(<f32>momentum), a = f32x4.splat(<f32>step);
  const decay = f32x4.splat(<f32>l2), k = f32x4.splat(<f32>keep);
  let i = 0;
  for (; i + 4 <= size; i += 4) {
    const w = v128.load(weight);
    const s = f32x4.add(v128.load(gradient), f32x4.mul(decay, w));
    let move = s;
    if (velocity) {
      const v = f32x4.add(f32x4.mul(u, v128.load(velocity)), s);
      v128.store(velocity, v);
      velocity += 16;
      move = nesterov ? f32x4.add(s, f32x4.mul(u, v)) : v;
    }
    v128.store(weight, f32x4.sub(f32x4.mul(k, w), f32x4.mul(a, move)));
    weight += 16;
    gradient += 16;
  }
  for (; i < size; i++) {
    const w = load<f32>(weight);
    const s = load<f32>(gradient) + <f32>l2 * w;
    let move = s;
    if (velocity) {
      const v = <f32>momentum * load<f32>(velocity) + s;
      store<f32>(velocity, v);
      velocity += 4;
      move = nesterov ? s + <f32>momentum * v : v;
    }
    store<f32>(weight, <f32>keep * w - <f32>step * move);
    weight += 4;
    gradient += 4;
  }
}
