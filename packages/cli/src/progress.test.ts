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
    onEvent({ type: 'epoch', seed: 0, fold: EVIL, epochs: 2, record });
    onEvent({ type: 'crash', seed: 0, fold: EVIL, again: true, reason: EVIL, outOfMemory: false, memory: 1 });
    onEvent({ type: 'fold', seed: 0, fold: EVIL, seconds: 1, tested: 1, correct: 1, memory: 1 });
    end();
    const shown = text.replaceAll('\r\u001b[2K', '');
    expect(shown).not.toMatch(/[^\P{Cc}\n]/u);
    expect(shown).toContain('sub\\x1b[2J\\n\\x9b1m');
    expect(shown.match(/\n/g)).toHaveLength(5);
  });
});

describe('table()', () => {
  it('keeps a row on its line', () => {
    expect(table([['a'], [EVIL]])).toEqual(['a', 'sub\\x1b[2J\\n\\x9b1m']);
  });
});
