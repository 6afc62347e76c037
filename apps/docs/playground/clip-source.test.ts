import { describe, expect, it } from 'vitest';
import { checkRoom, chooseFiles, fitted, movedMarks } from './clip-source.ts';

const files = (...paths: string[]) => paths.map((path) => ({ path, file: new Blob() }));
const byName = (a: string, b: string) => (a < b ? -1 : 1);

describe('dropped files', () => {
  it('are the pictures of one folder, in order; others are left out', () => {
    const {
      kind,
      files: frames,
      leftOut,
    } = chooseFiles(files('a/2.png', 'a/1.JPG', 'a/notes.txt', 'a/.DS_Store', 'a/3.bmp'), byName);
    expect([kind, frames.map(({ path }) => path), leftOut]).toEqual([
      'pictures',
      ['a/1.JPG', 'a/2.png', 'a/3.bmp'],
      ['notes.txt'],
    ]);
  });

  it('are one GIF', () => {
    expect(chooseFiles(files('clip.GIF', 'readme.md'), byName)).toMatchObject({ kind: 'gif', leftOut: ['readme.md'] });
  });

  it('are one video', () => {
    expect(chooseFiles(files('my clip.mp4', 'notes.txt'), byName)).toMatchObject({
      kind: 'video',
      leftOut: ['notes.txt'],
    });
  });

  it.each([
    [[], 'there must be files: none came'],
    [
      ['a.png', 'b.png'],
      'at least 3 pictures (PNG, JPEG or BMP), or be a GIF or a video: there are 2 pictures among 2 files',
    ],
    [['a.txt'], 'there are no pictures among 1 file'],
    [['a.gif', 'b.png'], 'one GIF alone, or pictures alone: there are 1 GIF and 1 picture'],
    [['a.mp4', 'b.png'], 'one video alone, or pictures alone: there are 1 video and 1 picture'],
    [['a/1.png', 'a/2.png', 'b/1.png'], 'must lie in one folder: they lie in 2, such as a, b'],
    [Array.from({ length: 301 }, (_, i) => `${i}.png`), 'a clip may have 300 frames here: there are 301'],
  ])('%# are refused in words', (paths, words) => {
    expect(() => chooseFiles(files(...paths), byName)).toThrow(words);
  });
});

describe('size', () => {
  it('keeps the proportions and never grows', () => {
    expect(fitted(480, 640, 128)).toEqual([96, 128]);
    expect(fitted(40, 30, 128)).toEqual([40, 30]);
    expect(fitted(1, 5000, 128)).toEqual([1, 128]);
  });
  it('has a limit', () => {
    expect(() => checkRoom(300, 224, 224)).toThrow('12 million pixels here: 300 of 224 x 224 have 15 million');
  });
});

describe('marks', () => {
  const marks = { onset: 2, apex: 5, offset: 9 };
  it.each([
    ['apex', 1, { onset: 0, apex: 1, offset: 9 }],
    ['apex', 99, { onset: 2, apex: 10, offset: 11 }],
    ['onset', 8, { onset: 8, apex: 9, offset: 10 }],
    ['onset', 99, { onset: 9, apex: 10, offset: 11 }],
    ['offset', 3, { onset: 1, apex: 2, offset: 3 }],
    ['offset', -4, { onset: 0, apex: 1, offset: 2 }],
    ['apex', 6, { onset: 2, apex: 6, offset: 9 }],
  ] as const)('%s to %i: the others give way', (which, to, expected) => {
    expect(movedMarks(marks, which, to, 12)).toEqual(expected);
  });
});
