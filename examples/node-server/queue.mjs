/**
 * Room for `most` requests, bodies that are being read among them, so that memory is bounded; whoever comes when it is full is told at once. Of what they ask
 * for, one task runs at a time.
 */
export function createQueue(most) {
  let inside = 0;
  let last = Promise.resolve();
  const inTurn = (task) => {
    const done = last.then(task);
    last = done.catch(() => undefined);
    return done;
  };
  /** Calls `work` with `inTurn` when there is room. */
  return async function enter(work) {
    if (inside >= most) throw new BusyError(`Cannot answer now as ${most} requests are being answered`);
    inside += 1;
    try {
      return await work(inTurn);
    } finally {
      inside -= 1;
    }
  };
}

export class BusyError extends Error {}
