import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimant } from './claim.js';
import { openStore, type Store } from './store.js';

let root = '';
let store: Store;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mer-claims-'));
  store = await openStore(root);
});
afterAll(() => rm(root, { recursive: true, force: true }));

let clock = 0;
const times = { heartbeat: 10, silence: 100, now: () => clock };
const keys = async (name: string) => {
  const found: string[] = [];
  for await (const key of store.list(`claims/${name}/`)) found.push(key.slice(`claims/${name}/`.length));
  return found.sort();
};
describe('a claim', () => {
  it('is one of many, and free again once it is given up', async () => {
    const many = Array.from({ length: 8 }, () => claimant(store, 'one', times));
    const asked = await Promise.all(many.map((each) => each.ask()));
    const [claim] = asked.flatMap((each) => each ?? []);
    expect(asked.filter(Boolean)).toHaveLength(1);
    const [other] = many.filter((_, i) => !asked[i]);
    expect(await other!.ask()).toBeUndefined();
    expect(await other!.holder()).toMatch(new RegExp(`^process ${process.pid} of `));
    await claim!.release(false);
    expect(await keys('one')).toEqual([]);
    const next = await other!.ask();
    expect(next).toBeDefined();
    await next!.release(true);
  });

  it('holds for as long as its owner tells that it is alive', async () => {
    const claim = await claimant(store, 'alive', times).ask();
    const other = claimant(store, 'alive', times);
    for (let i = 0; i < 5; i++) {
      expect(await other.ask()).toBeUndefined();
      // a beat that came while asking may have been seen: another must follow
      const before = (await keys('alive')).length;
      while ((await keys('alive')).length === before) await pause(5);
      clock += 2 * times.silence;
    }
    await claim!.release(true);
    expect(await keys('alive')).toEqual([]);
  });

  it('is taken over by one where its owner has gone silent', async () => {
    await store.put('claims/dead/0/owner', new TextEncoder().encode('{'));
    await store.put('claims/dead/0/3', new Uint8Array());
    const others = [1, 2, 3].map(() => claimant(store, 'dead', times));
    const askAll = async () => (await Promise.all(others.map((one) => one.ask()))).flatMap((each) => each ?? []);
    expect(await askAll()).toEqual([]);
    expect(await others[0]!.holder()).toBeUndefined();
    clock += times.silence - 1;
    expect(await askAll()).toEqual([]);
    clock += 1;
    const claims = await askAll();
    expect(claims).toHaveLength(1);
    expect(await keys('dead')).toContain('1/owner');
    // who fails takes nothing of others away
    await claims[0]!.release(false);
    expect(await keys('dead')).toEqual(['0/3', '0/owner']);
    const [next] = await askAll();
    await next!.release(true);
    expect(await keys('dead')).toEqual([]);
  });
});
