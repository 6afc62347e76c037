import { describe, expect, it } from 'vitest';
import { naturalOrder } from '../natural-order.js';
import { parseCsv } from './csv.js';
import { safePath } from './safe-path.js';

describe('parseCsv()', () => {
  it('reads quotes, doubled quotes, line breaks in quotes, CRLF and a byte-order mark', () => {
    expect(parseCsv('\uFEFFa,b\r\n"x ""y""","1\n2"\r\n\r\n006,\r\n')).toEqual([
      { row: 1, fields: ['a', 'b'] },
      { row: 2, fields: ['x "y"', '1\n2'] },
      { row: 5, fields: ['006', ''] },
    ]);
    expect(parseCsv('')).toEqual([]);
    expect(parseCsv('a,b')).toEqual([{ row: 1, fields: ['a', 'b'] }]);
  });

  it('rejects a quote that is not closed, with its row', () => {
    expect(() => parseCsv('a,b\n1,"2\n3,4')).toThrow('row 2 has a quote that is not closed');
  });
});

describe('safePath()', () => {
  it('normalizes slashes and refuses to leave', () => {
    expect(safePath('a//b\\c/./d')).toBe('a/b/c/d');
    for (const path of ['/etc/passwd', 'C:\\x', '..', 'a/../../b', '\\\\host\\share', 'a\0b']) {
      expect(() => safePath(path)).toThrow(RangeError);
    }
  });
});

describe('naturalOrder()', () => {
  it('orders numbers by value, of any length, and is total', () => {
    const names = [
      'img10.jpg',
      'img9.jpg',
      'img009.jpg',
      'img',
      'IMG2',
      'img90071992547409931',
      'img90071992547409930',
    ];
    expect(names.sort(naturalOrder)).toEqual([
      'IMG2',
      'img',
      'img009.jpg',
      'img9.jpg',
      'img10.jpg',
      'img90071992547409930',
      'img90071992547409931',
    ]);
  });
});
