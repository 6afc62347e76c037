import { describe, expect, it } from 'vitest';
import { encodeMegcCsv, parseMegcCsv } from './megc-csv.js';

describe('parseMegcCsv()', () => {
  it('reads both headers, any spelling of the type, and what was written', () => {
    const rows = [
      { video: '004_3', onset: 2085, offset: 2162, kind: 'micro' as const },
      { video: 'dzw_d1', onset: 5, offset: 45, kind: 'macro' as const },
    ];
    for (const columns of ['2022', '2023'] as const) expect(parseMegcCsv(encodeMegcCsv(rows, columns))).toEqual(rows);
    const spelled =
      '\uFEFFVid, Onset ,Offset,Type\r\na,1,2,Micro-expression\r\nb,3,3,MACRO\r\n\r\nc,4,9,"Micro - 1/2"\r\n,,,\r\n';
    expect(parseMegcCsv(spelled).map(({ video, kind }) => video + kind)).toEqual(['amicro', 'bmacro', 'cmicro']);
    expect(encodeMegcCsv(rows, '2022')).toMatch(/^vid,pred_onset,pred_offset,type\n004_3,2086,2163,me\n/);
  });

  it.each([
    ['vid,onset,type\n', /lacks offset \(there are vid, onset, type\)/],
    ['vid,onset,offset,type\na,0,4,me', /row 2 must have a whole number from 1 as its onset: current value is '0'/],
    ['vid,onset,offset,type\na,1.5,4,me', /row 2 .*onset.*'1\.5'/],
    ['vid,onset,offset,type\na,5,4,me', /an offset from its onset 5 on: current value is '4'/],
    ['vid,onset,offset,type\na,1,4,happy', /the type me or mae: current value is 'happy'/],
    ['vid,onset,offset,type\n,1,4,me', /row 2 must have a video/],
    ['', /lacks vid/],
  ])('refuses %j', (text, message) => {
    expect(() => parseMegcCsv(text, 'samm_pred.csv')).toThrow(message);
    expect(() => parseMegcCsv(text, 'samm_pred.csv')).toThrow(/^Cannot read samm_pred\.csv as /);
  });

  it('writes no name that would break the list', () => {
    expect(() => encodeMegcCsv([{ video: 'a,b', onset: 0, offset: 1, kind: 'micro' }])).toThrow(/no comma/);
  });
});
