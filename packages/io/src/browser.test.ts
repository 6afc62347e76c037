import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as browser from './browser.js';
import * as node from './index.js';

/** The files of this package and the packages that a file imports, directly or through others. */
function importsOf(url: URL, found: Set<string> = new Set()): Set<string> {
  for (const [, from] of readFileSync(url, 'utf8').matchAll(/^[a-z}].*from '([^']+)'/gm)) {
    if (from!.startsWith('.')) {
      const next = new URL(from!.replace(/\.js$/, '.ts'), url);
      if (!found.has(next.href)) importsOf(next, found.add(next.href));
    } else found.add(from!);
  }
  return found;
}

describe('the browser entry', () => {
  it('imports nothing of Node', () => {
    const imports = [...importsOf(new URL('./browser.ts', import.meta.url))];
    expect(imports.filter((from) => !from.startsWith('file:')).sort()).toEqual([
      '@tensorflow/tfjs-core',
      'fflate',
      'jsfive',
      'mediabunny',
    ]);
    expect(imports.filter((from) => from.includes('/node/'))).toEqual([]);
  });

  it('has every export of the Node entry but those that take a path or are of files', () => {
    const missing = Object.keys(node).filter((name) => !(name in browser));
    expect(missing.sort()).toEqual(
      ['makeFolder', 'readCheckpoint', 'readFlo', 'readNpy', 'readPytorchCheckpoint', 'readSafetensors'].concat([
        'readWeights',
        'syncFolder',
        'systemErrorCode',
        'systemErrorText',
        'writeFileAtomic',
        'writeFlo',
        'writeImage',
        'writeNpy',
        'writeSafetensors',
      ]),
    );
    expect(Object.keys(browser).filter((name) => !(name in node))).toEqual([]);
  });

  it('says that an address must be fetched first', async () => {
    await expect(browser.readImage('/face.png' as unknown as Blob)).rejects.toThrow(
      'in a browser it must be a Uint8Array or a Blob: current value is /face.png. For an address: await (await fetch(address)).blob()',
    );
  });
});
