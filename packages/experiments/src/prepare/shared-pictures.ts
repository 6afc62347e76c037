import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { hashOf } from '@mer/options';
import { CLAIM_TIMES, type Claim, type Claimant, type ClaimTimes, claimant } from '../store/claim.js';
import type { Store } from '../store/store.js';
import { findRowFile } from './row-file.js';

/** A file of prepared pictures: its name in the cache of this machine, and among machines. */
export interface PictureFile {
  key: string;
  shared: string;
}

/** What {@link sharePictures} needs. */
export interface SharePicturesOptions<F extends PictureFile> {
  store: Store;
  /** Folder of this machine's files. */
  cache: string;
  /** Those that are wanted, each once. */
  files: readonly F[];
  /** Samples of each. */
  samples: number;
  /** Makes some of them in the cache. */
  make: (files: readonly F[]) => Promise<void>;
  /** Called with what somebody who waits would like to know. */
  onNote?: ((text: string) => void) | undefined;
  signal?: AbortSignal | undefined;
  times?: ClaimTimes;
}

/** Name of a file of prepared pictures in a store. */
export function pictureKey(shared: string): string {
  return `pictures/${shared.slice(0, 2)}/${shared}.npy`;
}

/** Milliseconds between two looks at what others make: more and more, up to this. */
const LONGEST_PAUSE = 5000;

/**
 * Sees to it that files of prepared pictures are in the cache of this machine and in the store: what the cache lacks is fetched from there, and what nobody has is made by whoever claims it
 * first, while others wait. Each file is claimed by itself, so that experiments which have some in common share those; before that all of them together, so that the samples of one experiment are
 * read by one machine.
 */
export async function sharePictures<F extends PictureFile>({
  store,
  cache,
  files,
  samples,
  make,
  onNote = () => {},
  signal,
  times = CLAIM_TIMES,
}: SharePicturesOptions<F>): Promise<void> {
  const options = { signal };
  const pathOf = ({ key }: F) => join(cache, `${key}.npy`);
  const isHere = async ({ key }: F) => (await findRowFile(cache, key, samples)) !== undefined;
  /** Whether it came from the store. */
  const fetched = async (file: F) => {
    const key = pictureKey(file.shared);
    if (!(await store.getFile(key, pathOf(file), options))) return false;
    if (await isHere(file)) return true;
    throw new Error(
      `Cannot use ${key} of the store ${store.url} as it does not hold the pictures of ${samples} samples: delete it to make them again`,
    );
  };

  const left = new Map<F, Claimant>();
  for (const file of files) {
    if (!(await isHere(file))) left.set(file, claimant(store, file.shared, times));
    // what this machine has made before it knew of the store
    else if (!(await store.has(pictureKey(file.shared), options))) {
      await store.putFile(pictureKey(file.shared), pathOf(file), options);
    }
  }

  /** Takes of what is left all that can be had: what is in the store, and what can be claimed and is made. */
  const take = async (mayClaim: boolean) => {
    const claims = new Map<F, Claim>();
    try {
      for (const [file, one] of left) {
        if (await fetched(file)) {
          left.delete(file);
          continue;
        }
        const claim = mayClaim ? await one.ask(options) : await one.watch(options);
        if (!claim) continue;
        claims.set(file, claim);
        // another may have ended between the look and the claim
        if (!(await fetched(file))) continue;
        left.delete(file);
        await giveUp(claims, file, true);
      }
      if (claims.size === 0) return;
      await make([...claims.keys()]);
      for (const file of claims.keys()) {
        // whoever was first counts, here too
        if ((await store.putFile(pictureKey(file.shared), pathOf(file), options)) === 'there') await fetched(file);
        left.delete(file);
        await giveUp(claims, file, true);
      }
    } finally {
      for (const file of claims.keys()) await giveUp(claims, file, false);
    }
  };

  const together = claimant(store, hashOf(files.map(({ shared }) => shared).sort()).slice(0, 32), times);
  let whole: Claim | undefined;
  try {
    for (let time = Math.min(500, times.heartbeat / 4), told = false; left.size > 0; ) {
      if (files.length > 1) whole ??= await together.ask(options);
      await take(files.length === 1 || whole !== undefined);
      const [next] = left.values();
      if (!next) return;
      if (!told) {
        const who = (await next.holder()) ?? (await together.holder()) ?? 'another process';
        onNote(`waiting for pictures that ${who} prepares`);
      }
      told = true;
      // many who wait should not ask all at once
      await pause(time * (0.75 + Math.random() / 2), undefined, options).catch(() => {});
      signal?.throwIfAborted();
      time = Math.min(LONGEST_PAUSE, time * 1.5);
    }
  } finally {
    await whole?.release(left.size === 0).catch(() => {});
  }
}

async function giveUp<F>(claims: Map<F, Claim>, file: F, done: boolean): Promise<void> {
  const claim = claims.get(file);
  claims.delete(file);
  // a claim that stays is in nobody's way for long
  await claim?.release(done).catch(() => {});
}
