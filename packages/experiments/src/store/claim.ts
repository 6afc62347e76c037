import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { visible } from '@mer/options';
import type { Store, StoreOptions } from './store-interface.js';

/** How claims are kept alive; times in milliseconds. */
export interface ClaimTimes {
  /** How often who holds a claim tells that it is alive. */
  heartbeat: number;
  /** After how long without that the claim counts no more, */
  silence: number;
  /** by this clock. */
  now?: () => number;
}

/** Work may keep a process from telling anything for a while. */
export const CLAIM_TIMES: ClaimTimes = { heartbeat: 15_000, silence: 120_000 };

/** The right to do something that should be done once. */
export interface Claim {
  /** Gives it up: `done` where what was to be made is in the store, so that nobody else need make it. */
  release(done: boolean): Promise<void>;
}

/** One who would do something, unless another does. */
export interface Claimant {
  /** Asks for the claim; undefined while another holds it. Where that one has told nothing for too long, by the clock of this machine alone, it is taken over. */
  ask(options?: StoreOptions): Promise<Claim | undefined>;
  /** Sees whether its holder is alive, without asking: where it is not, asking later takes it over sooner. */
  watch(options?: StoreOptions): Promise<void>;
  /** Who holds it, as far as that is known. */
  holder(): Promise<string | undefined>;
}

/**
 * Makes one who may claim something among machines that share a store.
 *
 * A claim is an object `claims/<name>/<generation>/owner`, of which the first put wins; while it holds, its owner puts objects `…/1`, `…/2` beside it. Who waits sees whether there are more than before:
 * no clocks are compared. A generation that has gone silent is followed by the next, which again one wins. The silent owner may be alive after all: what is claimed must
 * be harmless when it is done twice.
 */
export function claimant(
  store: Store,
  name: string,
  { heartbeat, silence, now = () => performance.now() }: ClaimTimes = CLAIM_TIMES,
): Claimant {
  const base = `claims/${name}`;
  let seen: { generation: number; beats: number; since: number } | undefined;

  async function look(options: StoreOptions): Promise<{ generation: number; beats: number } | undefined> {
    const found = new Map<number, number>();
    for await (const key of store.list(`${base}/`, options)) {
      const [generation, beat] = key.slice(base.length + 1).split('/');
      if (!/^\d{1,9}$/.test(generation!)) continue;
      const at = Number(generation);
      found.set(at, Math.max(found.get(at) ?? 0, Number(beat) || 0));
    }
    if (found.size === 0) return undefined;
    const generation = Math.max(...found.keys());
    return { generation, beats: found.get(generation)! };
  }

  async function begin(generation: number, options: StoreOptions): Promise<Claim | undefined> {
    const owner = { id: randomBytes(16).toString('hex'), host: hostname().slice(0, 100), pid: process.pid };
    const bytes = new TextEncoder().encode(JSON.stringify(owner));
    const key = (name: string | number) => `${base}/${generation}/${name}`;
    if ((await store.put(key('owner'), bytes, options)) === 'there') {
      seen = { generation, beats: 0, since: now() };
      return undefined;
    }
    let beats = 0;
    let last: Promise<unknown> = Promise.resolve();
    const timer = setInterval(() => {
      beats += 1;
      // a beat that is lost is followed by another
      last = store.put(key(beats), new Uint8Array(), options).catch(() => {});
    }, heartbeat).unref();
    return {
      async release(done) {
        clearInterval(timer);
        await last;
        const own = [...Array.from({ length: beats }, (_, i) => key(i + 1)), key('owner')];
        // others look for the owner: it goes last
        const others: string[] = [];
        if (done) for await (const each of store.list(`${base}/`)) if (!own.includes(each)) others.push(each);
        for (const each of [...others, ...own]) await store.remove(each);
      },
    };
  }

  /** The generation that is to follow: the first, or that after one which has gone silent; undefined while one holds. */
  async function next(options: StoreOptions): Promise<number | undefined> {
    const found = await look(options);
    if (!found) return 0;
    if (found.generation !== seen?.generation || found.beats !== seen.beats) seen = { ...found, since: now() };
    return now() - seen.since < silence ? undefined : found.generation + 1;
  }

  return {
    async ask(options = {}) {
      const generation = await next(options);
      return generation === undefined ? undefined : begin(generation, options);
    },
    async watch(options = {}) {
      await next(options);
    },
    async holder() {
      const bytes = seen && (await store.get(`${base}/${seen.generation}/owner`).catch(() => undefined));
      if (!bytes || bytes.length > 1000) return undefined;
      try {
        const { host, pid } = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
        return `process ${Number(pid)} of ${visible(String(host).slice(0, 100))}`;
      } catch {
        return undefined;
      }
    },
  };
}
