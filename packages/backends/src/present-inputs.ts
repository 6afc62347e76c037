/**
 * Names of inputs that a gradient wants saved; those absent from a kernel's inputs are passed over, where tfjs would try
 * to save them.
 */
export class PresentInputs extends Array<string> {
  override map<T>(f: (value: string, index: number, array: string[]) => T): T[] {
    return [...this].map(f).filter((tensor) => tensor !== undefined);
  }
}
