import { describe, expect, it } from 'vitest';
import { clipProgress } from './clip-progress.js';
import { sampleFolder } from './represent-dataset.js';

describe('sampleFolder()', () => {
  it('is the identifier, each part as a file name that leads nowhere else', () => {
    expect(sampleFolder('casme2/sub01/EP02_01f').split(/[\\/]/)).toEqual(['casme2', 'sub01', 'EP02_01f']);
    const odd = ['a/../../b', 'a/b:c*', 'a/./b', 'a//b', 'a/b c', 'a/..'].map(sampleFolder);
    for (const path of odd) expect(path.split(/[\\/]/).some((part) => part === '..' || part === '')).toBe(false);
    expect(new Set(odd).size).toBe(odd.length);
  });
});

describe('clipProgress()', () => {
  const written = (isTTY: boolean, steps: number) => {
    const lines: string[] = [];
    let time = 0;
    const progress = clipProgress({ isTTY, columns: 60, write: (text) => lines.push(text) }, { now: () => time });
    for (let done = 1; done <= steps; done++) {
      time += 4;
      progress.show({ done, total: steps, worked: done });
    }
    progress.end();
    return lines;
  };

  it('is a bar that rewrites itself on a terminal', () => {
    expect(written(true, 2)).toEqual([
      '\r\u001b[2K[###############...............] 1/2 clips  4 s left',
      '\r\u001b[2K[##############################] 2/2 clips',
      '\r\u001b[2K',
    ]);
  });

  it('is a plain line now and then elsewhere', () => {
    expect(written(false, 7)).toEqual(['3/7 clips  16 s left\n', '6/7 clips  4 s left\n', '7/7 clips\n']);
  });
});
