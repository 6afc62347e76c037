import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { accidents, damaged } from '../test/fuzz.js';
import { openZip } from './zip.js';

const text = new TextEncoder().encode('some text, '.repeat(40));
const zip = zipSync({ 'a.xml': text, 'b.bin': [text, { level: 0 }], 'empty.xml': new Uint8Array(0) });

/** A zip file whose first entry states another unpacked size. */
function claiming(size: number): Uint8Array {
  const bytes = zipSync({ 'a.xml': text });
  const view = new DataView(bytes.buffer);
  const directory = view.getUint32(bytes.length - 6, true);
  view.setUint32(directory + 24, size, true);
  return bytes;
}

describe('openZip()', () => {
  it('unpacks entries when they are asked for, stored, compressed or empty', () => {
    const entries = openZip(zip);
    expect([...entries.keys()]).toEqual(['a.xml', 'b.bin', 'empty.xml']);
    expect(entries.get('a.xml')!()).toEqual(text);
    expect(entries.get('b.bin')!()).toEqual(text);
    expect(entries.get('empty.xml')!()).toHaveLength(0);
  });

  it('stops where the limit is passed, all entries together, and touches no other entry', () => {
    const bomb = zipSync({ 'bomb.xml': new Uint8Array(5_000_000), 'a.xml': text, 'c.xml': text });
    const entries = openZip(bomb, { limits: { unpackedBytes: 2 * text.length - 1 } });
    expect(() => entries.get('bomb.xml')!()).toThrow(
      `Cannot read zip as what is unpacked, "bomb.xml" included, must be at most ${2 * text.length - 1}: current value is 5000000. ` +
        'Where that is right, raise the limit: limits.unpackedBytes',
    );
    expect(entries.get('a.xml')!()).toEqual(text);
    expect(() => entries.get('c.xml')!()).toThrow(RangeError);
    expect(() => openZip(bomb, { limits: { zipEntries: 2 } })).toThrow('the number of its entries must be at most 2');
  });

  it('believes no stated size', () => {
    expect(() => openZip(claiming(10)).get('a.xml')!()).toThrow(
      'must have the 10 bytes that the file states: it has more',
    );
    expect(() => openZip(claiming(1_000_000)).get('a.xml')!()).toThrow(
      'must have the 1000000 bytes that the file states',
    );
    expect(() => openZip(claiming(2 ** 32 - 2)).get('a.xml')!()).toThrow('limits.unpackedBytes');
  });

  it('refuses compressed entries where they must be stored', () => {
    const entries = openZip(zip, { stored: true });
    expect(entries.get('b.bin')!()).toEqual(text);
    expect(() => entries.get('a.xml')!()).toThrow('must be stored uncompressed');
  });

  it('raises clean errors for damage', () => {
    const all = (bytes: Uint8Array) => [...openZip(bytes).values()].map((entry) => entry());
    expect(accidents(all, damaged(zip, { flips: 3000, seed: 8 }))).toEqual([]);
  });
});
