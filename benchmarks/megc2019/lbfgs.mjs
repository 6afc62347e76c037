const dot = (a, b) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
};
const sumOf = (a, factor, b) => a.map((value, i) => value + factor * b[i]);

/**
 * The minimum of a smooth convex function of a combination of vectors, by L-BFGS in the inner product of those vectors: `spread` multiplies by their inner
 * products, `evaluate(point, spread(point))` gives the value, and as `slopes` the coefficients of its gradient.
 *
 * Reference: Nocedal and Wright, "Numerical Optimization", 2006, algorithm 7.4.
 */
export function leastOf({ size, spread, evaluate, memory = 30, most = 3000, tolerance = 1e-8 }) {
  let point = new Float64Array(size);
  let seen = spread(point);
  let { value, slopes } = evaluate(point, seen);
  let spreadSlopes = spread(slopes);
  const kept = [];
  for (let step = 0; step < most && Math.sqrt(dot(slopes, spreadSlopes)) > tolerance; step++) {
    let [way, spreadWay] = [slopes, spreadSlopes];
    const shares = [];
    for (const { move, change, spreadChange, scale } of [...kept].reverse()) {
      const share = scale * dot(move, spreadWay);
      shares.unshift(share);
      way = sumOf(way, -share, change);
      spreadWay = sumOf(spreadWay, -share, spreadChange);
    }
    const last = kept.at(-1);
    const first = last
      ? 1 / (last.scale * dot(last.change, last.spreadChange))
      : 1 / Math.sqrt(dot(slopes, spreadSlopes));
    way = way.map((each) => each * first);
    spreadWay = spreadWay.map((each) => each * first);
    for (const [i, { move, spreadMove, spreadChange, scale }] of kept.entries()) {
      const share = shares[i] - scale * dot(spreadChange, way);
      way = sumOf(way, share, move);
      spreadWay = sumOf(spreadWay, share, spreadMove);
    }
    const fall = dot(slopes, spreadWay);
    let length = 1;
    let next;
    for (let tried = 0; tried < 40; tried++, length /= 2) {
      const [there, seenThere] = [sumOf(point, -length, way), sumOf(seen, -length, spreadWay)];
      next = { there, seenThere, ...evaluate(there, seenThere) };
      if (next.value <= value - 1e-4 * length * fall) break;
    }
    if (!(next.value < value)) break;
    const spreadNext = spread(next.slopes);
    const move = sumOf(next.there, -1, point);
    const spreadMove = sumOf(next.seenThere, -1, seen);
    const change = sumOf(next.slopes, -1, slopes);
    const spreadChange = sumOf(spreadNext, -1, spreadSlopes);
    const curved = dot(move, spreadChange);
    if (curved > 0) kept.push({ move, spreadMove, change, spreadChange, scale: 1 / curved });
    if (kept.length > memory) kept.shift();
    [point, seen, value, slopes, spreadSlopes] = [next.there, next.seenThere, next.value, next.slopes, spreadNext];
  }
  return { point, value, gradient: Math.sqrt(dot(slopes, spreadSlopes)) };
}
