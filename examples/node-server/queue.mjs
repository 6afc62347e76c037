/** Runs one task at a time; of those that wait there are `most`, and whoever comes then is told at once. */
export function createQueue(most) {
  let waiting = 0;
  let last = Promise.resolve();
  return function run(task) {
    if (waiting >= most) return Promise.reject(new BusyError(`Cannot answer now as ${most} requests are waiting`));
    waiting += 1;
    const done = last.then(task);
    last = done.then(
      () => void (waiting -= 1),
      () => void (waiting -= 1),
    );
    return done;
  };
}

export class BusyError extends Error {}
