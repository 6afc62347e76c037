import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { datasets } from '../datasets.js';
import { parseActionUnits } from './action-units.js';
import { checkRows } from './check-rows.js';
import type { RawRow } from './clip-record.js';
import { emotions, parseEmotion, parseObjectiveClass } from './emotions.js';

/** Units in short: side, number, intensity, `?` where doubtful. */
function short(text: string): string {
  return parseActionUnits(text)
    .units.map(({ unit, side, intensity, doubtful }) => `${side ?? ''}${unit}${intensity ?? ''}${doubtful ? '?' : ''}`)
    .join(' ');
}

describe('parseActionUnits()', () => {
  it('reads every way in which the data sets write them', () => {
    const cases: [string, string, string[]?][] = [
      ['4', '4'],
      ['4+L10', '4 left10'],
      ['R2+15', 'right2 15'],
      ['?', '', ['?']],
      ['(R6 or R12)+R15', 'right6? right12? right15'],
      ['ref(7B)+43', '7B? 43'],
      ['7B+ ref(43)', '7B 43?'],
      ['L12 + 61', 'left12 61'],
      ['10A/B', '10A?'],
      ['A/L12', 'asymmetric12?'],
      ['A9E+ref(10)', 'asymmetric9E 10?'],
      ['B18+25', 'bottom18 25'],
      ['T18+39', 'top18 39'],
      ['R14+17+soft focus', 'right14 17', ['soft focus']],
      ['12+15 ', '12 15'],
      ['12?+L4 ?', '12? left4?'],
      ['R14A or 17A or 24A', 'right14A? 17A? 24A?'],
      ['4，11', '4 11'],
      ['14,L24,', '14 left24'],
      ['AU4+AU7', '4 7'],
      ['1+2(k)', '1', ['2(k)']],
      ['', ''],
    ];
    for (const [text, units, remarks = []] of cases) {
      expect([text, short(text)]).toEqual([text, units]);
      expect(parseActionUnits(text).remarks).toEqual(remarks);
      expect(parseActionUnits(text).text).toBe(text);
    }
  });

  it('never fails', () => {
    fc.assert(fc.property(fc.string(), (text) => Array.isArray(parseActionUnits(text).units)));
    fc.assert(
      fc.property(fc.stringMatching(/^[LRABT0-9+()/ orefk,，]*$/), (text) =>
        Array.isArray(parseActionUnits(text).units),
      ),
    );
  });
});

describe('parseEmotion()', () => {
  it('reads the spellings of the data sets', () => {
    const words = ['Happiness', 'happy', 'sad', 'Other', 'Others', 'others', 'Anger', 'tense', ' Disgust '];
    expect(words.map(parseEmotion)).toEqual([
      'happiness',
      'happiness',
      'sadness',
      'others',
      'others',
      'others',
      'anger',
      'tense',
      'disgust',
    ]);
    expect(parseEmotion('joy')).toBeUndefined();
    expect(['IV', 'vii', '3', '', 'x'].map(parseObjectiveClass)).toEqual(['IV', 'VII', 'III', null, null]);
  });
});

describe('class schemes', () => {
  it('uses known labels, each once, and expects counts that add up', () => {
    for (const [dataset, schemes] of Object.values(datasets).map(
      (one) => [one.name, one.traits.schemes ?? {}] as const,
    )) {
      for (const [name, { classes, field, expected = [] }] of Object.entries(schemes)) {
        const values = Object.values(classes).flat();
        expect(new Set(values).size, `${dataset} ${name}`).toBe(values.length);
        if (field === 'emotion') for (const value of values) expect(emotions).toContain(value);
        for (const { n, perClass } of expected) {
          if (!perClass) continue;
          expect(perClass).toHaveLength(Object.keys(classes).length);
          expect([dataset, name, perClass.reduce((a, b) => a + b, 0)]).toEqual([dataset, name, n]);
        }
      }
    }
  });
});

describe('corrections', () => {
  it('say what, why and from whom', () => {
    const corrections = Object.values(datasets).flatMap(({ traits }) => traits.corrections ?? []);
    expect(corrections.length).toBeGreaterThan(10);
    for (const { key, wrong, reason, source } of corrections) {
      expect(key === '*' || key.includes('/')).toBe(true);
      for (const text of [wrong, reason, source]) expect(text.length).toBeGreaterThan(0);
    }
  });
});

describe('checkRows()', () => {
  const row = (marks: Partial<RawRow>): RawRow => ({
    subject: 's',
    clip: 'c',
    emotion: 'fear',
    objectiveClass: '',
    actionUnits: '',
    onset: '10',
    apex: '15',
    offset: '20',
    source: { file: 'f.xlsx', row: 2 },
    extra: {},
    ...marks,
  });
  const check = (marks: Partial<RawRow>, faults: 'error' | 'repair' | 'drop') => {
    const { records, notes } = checkRows([row(marks)], { dataset: 'x', fps: 30, corrections: [], faults });
    const [record] = records;
    return [record && [record.onset, record.apex, record.offset], notes.map(({ severity }) => severity).join(' ')];
  };

  it('reads numbers as text, with a decimal part of zero, and the spellings of an unknown apex', () => {
    expect(check({}, 'error')).toEqual([[10, 15, 20], '']);
    expect(check({ onset: '10.0' }, 'error')).toEqual([[10, 15, 20], '']);
    for (const apex of ['', '/', '-', '?', 'NaN', 'n/a', '-1']) {
      expect(check({ apex }, 'error')).toEqual([[10, null, 20], 'marked']);
    }
  });

  it('mends by the documented rules, and leaves out what they do not mend', () => {
    expect(check({ apex: '30' }, 'repair')).toEqual([[10, null, 20], 'corrected marked']);
    expect(check({ apex: '0' }, 'repair')).toEqual([[10, null, 20], 'marked']);
    expect(check({ offset: '0' }, 'repair')).toEqual([[10, 15, 20], 'corrected']);
    expect(check({ offset: '' }, 'repair')).toEqual([[10, 15, 20], 'corrected']);
    expect(check({ offset: '9' }, 'repair')).toEqual([[10, 15, 20], 'corrected']);
    expect(check({ onset: '' }, 'repair')).toEqual([[10, 15, 20], 'corrected']);
    expect(check({ onset: '25' }, 'repair')).toEqual([[10, 15, 20], 'corrected']);
    expect(check({ onset: '', apex: '2' }, 'repair')).toEqual([[1, 2, 20], 'corrected']);
    expect(check({ offset: '0', apex: '' }, 'repair')).toEqual([undefined, 'dropped']);
    expect(check({ onset: 'x' }, 'repair')).toEqual([undefined, 'dropped']);
    expect(check({ emotion: 'joy' }, 'repair')).toEqual([undefined, 'error']);
  });

  it('refuses or leaves out the same rows where repair is not wanted', () => {
    for (const marks of [
      { apex: '30' },
      { offset: '0' },
      { offset: '' },
      { offset: '9' },
      { onset: '' },
      { onset: '25' },
    ]) {
      expect(check(marks, 'error')).toEqual([undefined, 'error']);
      expect(check(marks, 'drop')).toEqual([undefined, 'dropped']);
    }
  });
});
