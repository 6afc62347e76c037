/** Options of what a {@link Store} does. */
export interface StoreOptions {
  /** Ends the work by throwing the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * Where machines that share a run put results and prepared pictures: named objects, written whole, never changed.
 *
 * A key is made of segments joined by `/`: letters, digits, `.`, `_`, `-`, `%` and `~`, none beginning or ending with a dot, 200 characters each and 700 together at
 * most; {@link fileNameOf} makes a segment of any name. Of several that write one key at the same time exactly one wins, and readers see its bytes whole or nothing.
 * Every object carries its length and SHA-256, which are checked whenever it is read.
 *
 * All throw {@link ExperimentError} where the place does not let them (rights, a full disk, wrong keys, no such bucket) or an object is damaged, by its name and
 * with what to do, `RangeError` for a key of another form, and Error where the place cannot be reached after several tries.
 */
export interface Store {
  /** Where it is, as given; it holds no secrets. */
  readonly url: string;
  /**
   * The bytes of an object.
   *
   * @returns undefined where there is none of that key
   */
  get(key: string, options?: StoreOptions): Promise<Uint8Array | undefined>;
  /**
   * Writes an object, unless there is one of that key: the bytes of the first stay, those of later ones are not looked at.
   *
   * @returns which of the two it was
   */
  put(key: string, bytes: Uint8Array, options?: StoreOptions): Promise<'written' | 'there'>;
  /**
   * Copies an object to a file, which is there whole and checked, or not at all; little of it is in memory at a time.
   *
   * @returns whether there is an object of that key
   */
  getFile(key: string, path: string, options?: StoreOptions): Promise<boolean>;
  /** Writes a file as an object, as `put` does; little of it is in memory at a time. */
  putFile(key: string, path: string, options?: StoreOptions): Promise<'written' | 'there'>;
  /** Whether there is an object of that key; its bytes are not looked at. */
  has(key: string, options?: StoreOptions): Promise<boolean>;
  /** The keys that begin with a text (of any length, the empty one too), in no particular order. */
  list(prefix: string, options?: StoreOptions): AsyncIterable<string>;
  /** Deletes an object, where there is one: claims that are done with, and what is damaged. What counts as a result stays. */
  remove(key: string, options?: StoreOptions): Promise<void>;
}
