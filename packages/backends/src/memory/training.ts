let depth = 0;

/** Runs forward and reverse pass of a training step. */
export function whileTraining<T>(run: () => T): T {
  depth += 1;
  try {
    return run();
  } finally {
    depth -= 1;
  }
}

/** Whether a training step is under way: weights change when it ends, so that nothing made of them is worth keeping. */
export function isTraining(): boolean {
  return depth > 0;
}
