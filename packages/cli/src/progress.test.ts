import { describe, expect, it } from 'vitest';
import { createProgress } from './progress.js';
import { table } from './table.js';

const EVIL = 'sub\u001b[2J\n\u009b1m';

describe('createProgress()', () => {
  it.each([true, false])('writes names as a terminal may see them (terminal: %s)', (isTTY) => {
    let text = '';
    const { onEvent, end } = createProgress({ isTTY, columns: 300, write: (more) => (text += more) });
    const record = { epoch: 1, loss: 1, accuracy: 0, learningRate: 1 };
    onEvent({ type: 'note', text: EVIL });
    onEvent({
      type: 'ready',
      samples: 1,
      subjects: 1,
      classes: [EVIL],
      folds: 1,
      foldsDone: 0,
      backend: 'cpu',
      workers: 1,
    });
    onEvent({ type: 'epoch', seed: 0, fold: EVIL, attempt: 1, time: 0, epochs: 2, record });
    onEvent({ type: 'crash', seed: 0, fold: EVIL, again: true, reason: EVIL, outOfMemory: false, memory: 1 });
    onEvent({ type: 'fold', seed: 0, fold: EVIL, seconds: 1, tested: 1, correct: 1, memory: 1 });
    end();
    const shown = text.replaceAll(new RegExp(`\r?${String.fromCharCode(27)}\\[2K`, 'g'), '');
    expect(shown).not.toMatch(/[^\P{Cc}\n]/u);
    expect(shown).toContain('sub\\x1b[2J\\n\\x9b1m');
    expect(shown.match(/\n/g)).toHaveLength(5);
  });
});

describe('createProgress() of several workers', () => {
  const ready = {
    type: 'ready',
    samples: 9,
    subjects: 3,
    classes: ['a'],
    folds: 3,
    foldsDone: 0,
    backend: 'cpu',
  } as const;
  const epoch = (fold: string, number: number, attempt = 1) =>
    ({
      type: 'epoch',
      seed: 0,
      fold,
      attempt,
      epochs: 4,
      time: 1000 * number,
      record: { epoch: number, loss: 0.5, accuracy: 1, learningRate: 0.1 },
    }) as const;
  const done = (fold: string) =>
    ({ type: 'fold', seed: 0, fold, seconds: 1, tested: 3, correct: 2, memory: 1e6 }) as const;

  const ESCAPE = String.fromCharCode(27);
  const PARTS = new RegExp(`${ESCAPE}\\[\\d*[AKJ]|\\r|\\n|[^${ESCAPE}\\r\\n]+`, 'g');

  /** What a terminal shows after so many writes: only what this writes is understood. */
  function screen(written: string): string[] {
    const rows = [''];
    let [row, column] = [0, 0];
    for (const [part] of written.matchAll(PARTS)) {
      const [, count, command] = /\[(\d*)(\w)/.exec(part) ?? [];
      if (part === '\r') column = 0;
      else if (part === '\n') rows[++row] ??= '';
      else if (command === 'A') row -= Number(count);
      else if (command === 'K') rows[row] = '';
      else if (command === 'J') {
        rows.splice(row + 1);
        rows[row] = rows[row]!.slice(0, column);
      } else rows[row] = rows[row]!.slice(0, column) + part;
      if (part === '\n') column = 0;
      else if (command === undefined && part !== '\r') column += part.length;
    }
    return rows;
  }

  it('shows each fold that trains on a line of its own, below what has been said', () => {
    let text = '';
    const { onEvent, note, end } = createProgress({
      isTTY: true,
      columns: 60,
      rows: 10,
      write: (more) => (text += more),
    });
    onEvent({ ...ready, workers: 2 });
    onEvent(epoch('s1', 1));
    onEvent(epoch('s2', 4));
    onEvent(epoch('s1', 4));
    expect(screen(text).slice(1)).toEqual([
      '[....................] 0/3 folds',
      '  s1         4/4  loss 0.5000  accuracy 1.000  0 s left',
      '  s2         4/4  loss 0.5000  accuracy 1.000',
    ]);
    note('something');
    onEvent(done('s1'));
    const rows = screen(text);
    expect(rows.slice(1, 3)).toEqual(['something', expect.stringContaining('fold 1/3  s1  seed 0  2/3 right')]);
    expect(rows.slice(3)).toEqual([
      expect.stringMatching(/^\[#######\.+\] 1\/3 folds/),
      '  s2         4/4  loss 0.5000  accuracy 1.000',
    ]);
    for (const row of rows.slice(3)) expect(row.length).toBeLessThan(60);
    onEvent({
      type: 'crash',
      seed: 0,
      fold: 's2',
      again: true,
      reason: 'ended',
      outOfMemory: false,
      memory: undefined,
    });
    onEvent(epoch('s2', 4, 2));
    end();
    expect(
      screen(text)
        .filter((row) => row !== '')
        .at(-1),
    ).toContain('the fold is run once more');
  });

  it('says how many there are where the terminal has no room for all', () => {
    let text = '';
    const { onEvent } = createProgress({ isTTY: true, columns: 40, rows: 5, write: (more) => (text += more) });
    onEvent({ ...ready, workers: 8 });
    for (const fold of ['a', 'b', 'c', 'd', 'e']) onEvent(epoch(fold, 4));
    expect(screen(text).slice(1)).toEqual([
      '[....................] 0/3 folds',
      '  a          4/4  loss 0.5000  accuracy',
      '  b          4/4  loss 0.5000  accuracy',
      '  and 3 more',
    ]);
  });
});

describe('table()', () => {
  it('keeps a row on its line', () => {
    expect(table([['a'], [EVIL]])).toEqual(['a', 'sub\\x1b[2J\\n\\x9b1m']);
  });
});
