import { describe, expect, it } from 'vitest';
import { show } from './issues.js';
import { visible, visibleJson, visibleLines } from './visible.js';

const ESC = String.fromCharCode(27);
const CSI = String.fromCharCode(0x9b);

describe('visible()', () => {
  it('writes control characters, separators, marks of direction and halves of characters as escapes', () => {
    expect(visible(`a${ESC}[31m\r\n\tb${CSI}2J\u2028\u202ec\ud800`)).toBe(
      'a\\x1b[31m\\r\\n\\tb\\x9b2J\\u2028\\u202ec\\ud800',
    );
  });

  it('leaves every script and picture as it is', () => {
    for (const text of ['Zoë', '表情', 'زمن', '👩‍🔬', 'a b']) expect(visible(text)).toBe(text);
  });

  it('keeps the lines of several', () => {
    expect(visibleLines(`a\nb${ESC}`)).toBe('a\nb\\x1b');
  });
});

describe('visibleJson()', () => {
  it('gives JSON that reads as the same value and holds nothing that a terminal obeys', () => {
    const value = { [`k${CSI}`]: [`${ESC}c`, '\u202e', 1, null, 'é'] };
    const text = visibleJson(value, 1);
    expect(JSON.parse(text)).toEqual(value);
    expect(visibleLines(text)).toBe(text);
    expect(text).toContain('é');
  });
});

describe('show()', () => {
  it('holds nothing that a terminal obeys', () => {
    expect(show(`a${CSI}2J`)).toBe('"a\\x9b2J"');
    expect(show({ key: '\u202e' })).toBe('{"key":"\\u202e"}');
  });
});
