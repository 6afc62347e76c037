let spendable = new Set<object>();

/**
 * Runs something that may write into the data of some gradients, as nobody reads them afterwards; into no others that may be lent at the time.
 *
 * @param dataIds - data to which there is no other reference
 */
export function spending<T>(dataIds: readonly object[], run: () => T): T {
  const before = spendable;
  spendable = new Set(dataIds);
  try {
    return run();
  } finally {
    spendable = before;
  }
}

/** Takes data that may be written into: says whether it is, once. */
export function takeSpendable(dataId: object): boolean {
  return spendable.delete(dataId);
}
