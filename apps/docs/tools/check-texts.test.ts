import { describe, expect, it } from 'vitest';
import { brokenLinks, strayElements } from './check-texts.mjs';
import { blocksOf } from './draw/network.mjs';
import { plain, table } from './markdown.mjs';

const page = (path: string, text: string) => ({ path, text });

describe('brokenLinks()', () => {
  it('finds pages and anchors that are not there, and passes over code', () => {
    const pages = [
      page(
        'a',
        '# A\n\n[b](/b.md#two-words) [c](/c.md) [folder](/d/) `[x](/no.md)`\n\n```md\n[y](/no.md)\n```\n\n[self](#no)',
      ),
      page('b', '# B\n\n## Two words\n\n## Two words\n\n[second](#two-words-1) <a id="mark"></a> [mark](/b.md#mark)'),
      page('d/index', '# D'),
    ];
    expect(brokenLinks(pages)).toEqual({
      links: 6,
      faults: ['a: /c.md is not there', 'a: #no has no such anchor'],
    });
  });
});

describe('strayElements()', () => {
  it('finds a line that begins with a name in angle brackets, also within code that began on the line before', () => {
    const lines = '<details>\n\n```sh\n<run>\n```\n\n(`mer spot\n<study> --recognize`) `\n<run>`';
    expect(strayElements([page('a', lines)])).toEqual([
      'a: a line begins with <study> --recognize`) `, which is no element: begin it elsewhere',
      'a: a line begins with <run>`, which is no element: begin it elsewhere',
    ]);
  });
});

describe('plain()', () => {
  it('escapes names in angle brackets and braces, but not in code, and keeps links', () => {
    expect(plain('a <dir> {{ b }} `<dir> {{ b }}` <https://example.org>')).toBe(
      'a &lt;dir> &#123;&#123; b }} `<dir> {{ b }}` <https://example.org>',
    );
    expect(table(['x'], [['a | b\nc']])).toContain('| a \\| b c |');
  });
});

describe('blocksOf()', () => {
  const row = (name: string, ...inputs: string[]) => ({
    name,
    type: 'Conv2d',
    shape: [1],
    inputs,
    trainable: 2,
    fixed: 0,
  });

  it('joins layers by the segments of their names where there are too many', () => {
    const rows = [
      row('in'),
      ...Array.from({ length: 40 }, (_, i) => row(`a.${i}`, i === 0 ? 'in' : `a.${i - 1}`)),
      row('out', 'a.39'),
    ];
    expect(blocksOf(rows).map(({ name, trainable }) => [name, trainable])).toEqual([
      ['in', 2],
      ['a', 80],
      ['out', 2],
    ]);
  });

  it('does not join layers whose blocks would feed each other', () => {
    const rows = [row('a.1'), row('b', 'a.1'), row('a.2', 'b')];
    expect(blocksOf(rows).map(({ name }) => name)).toEqual(['a.1', 'b', 'a.2']);
  });
});
