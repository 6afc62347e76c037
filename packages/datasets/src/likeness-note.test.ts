import { describe, expect, it } from 'vitest';
import { addFrames } from '../test/releases.js';
import { memoryFolder } from '../test/support.js';
import { DatasetError } from './dataset-error.js';
import { lookAt } from './folder-look.js';
import { inspectFolder } from './inspect-folder.js';
import { openDataset } from './open-dataset.js';

type Files = Record<string, Uint8Array | string>;

const clip = (folder: string, name: (number: number) => string): Files => {
  const files: Files = {};
  addFrames(files, folder, 1, 5, name);
  return files;
};
const coded = (
  line: string,
  columns = 'Subject,Filename,OnsetFrame,ApexFrame,OffsetFrame,Action Units,Estimated Emotion',
) => `${columns}\n${line}\n`;

/** A folder of one clip of each data set, under workbook names that say nothing. */
const folders: Record<string, Files> = {
  casme2: {
    'coding.csv': coded('01,EP02_01f,1,3,5,4,disgust'),
    ...clip('Cropped/sub01/EP02_01f', (n) => `reg_img${n}.jpg`),
  },
  casme1: {
    'coding.csv': coded('1,EP01_12,1,3,5,4,disgust', 'Subject,Filename,OnsetF,ApexF1,OffsetF,AU,Emotion'),
    ...clip('raw/sub01/EP01_12', (n) => `EP01_12-${n}.jpg`),
  },
  samm: { 'codes.csv': coded('006,006_1_2,1,3,5,4,Anger'), ...clip('006/006_1_2', (n) => `006_0000${n}.jpg`) },
  smic: clip('HS/s1/micro/negative/s1_ne_01', (n) => `image00000${n}.bmp`),
  mmew: {
    'codes.csv': coded('13,S13-07-001,1,3,5,4,anger'),
    ...clip('Micro_Expression/anger/S13-07-001', (n) => `${n}.jpg`),
  },
  'cas-me2': {
    'codes.csv': '1,disgust1_1,1,3,5,4,negative,micro-expression,disgust\n15,s15,1\n101,disgust1\n',
    ...clip('rawpic/s15/15_0101disgustingteeth', (n) => `img00${n}.jpg`),
  },
  'cas-me3': {
    'labels.csv': coded('spNO.1,a,1,3,5,4,happy', 'Subject,Filename,Onset,Apex,Offset,AU,emotion'),
    ...clip('part_A/spNO.1/a/color', (n) => `${n}.jpg`),
  },
  'clip-folder': { 'manifest.csv': 'subject,clip,label\nanna,one,sad\n', ...clip('anna/one', (n) => `${n}.png`) },
  'megc2019-flow': {
    'manifest.csv': 'dataset,subject,clip,label,file\ncasme2,sub01,EP01,0,a.png\n',
    'a.png': 'x',
  },
};
const names = Object.keys(folders);
const pairs = names.flatMap((there) =>
  names.filter((asked) => asked !== there).map((asked) => [there, asked] as const),
);

describe('a folder of another data set', () => {
  it.each(names)('%s itself is opened', async (name) => {
    expect((await openDataset(name, { root: memoryFolder(folders[name]!) })).samples).toHaveLength(1);
  });

  it.each(pairs)('%s opened as %s is named', async (there, asked) => {
    const error = await openDataset(asked, { root: memoryFolder(folders[there]!) }).catch((reason) => reason);
    expect(error).toBeInstanceOf(DatasetError);
    expect(error.message).toContain(`Cannot open ${asked} in memory:\n  this looks like ${there}: use that name\n`);
    const { notes } = await inspectFolder(asked, { root: memoryFolder(folders[there]!) });
    expect(notes[0]!.message).toBe(`this looks like ${there}: use that name`);
  });

  it('is told by names alone, of a big tree by a few of them', async () => {
    const files: Files = {};
    for (let subject = 1; subject <= 26; subject++) {
      Object.assign(
        files,
        clip(`raw/sub${subject}/EP01_01`, (n) => `img${n}.jpg`),
      );
    }
    const root = memoryFolder(files);
    const listed: string[] = [];
    const watched = {
      ...root,
      list: (path: string) => {
        listed.push(path);
        return root.list(path);
      },
      read: () => {
        throw new Error('nothing is read');
      },
    };
    const { files: seen } = await lookAt(watched);
    expect(seen).toEqual(expect.arrayContaining(['raw/sub1/EP01_01/img1.jpg']));
    expect(listed).toEqual(['', 'raw', 'raw/sub1', 'raw/sub2', 'raw/sub1/EP01_01', 'raw/sub2/EP01_01']);
    await expect(openDataset('smic', { root: watched })).rejects.toThrow('this looks like casme2: use that name');
  });

  it('is not spoken of where the folder looks like the data set asked for, or like none', async () => {
    const broken = { ...folders['casme2']!, 'coding.csv': coded('01,EP02_01f,1,9,5,4,disgust') };
    await expect(openDataset('casme2', { root: memoryFolder(broken) })).rejects.toThrow(/^(?!.*this looks like)/s);
    await expect(openDataset('samm', { root: memoryFolder({ 'a.txt': 'x' }) })).rejects.toThrow(
      /^(?!.*this looks like)/s,
    );
  });

  it('of several data sets is theirs', async () => {
    const both: Files = {};
    for (const name of ['casme2', 'samm']) {
      for (const [path, content] of Object.entries(folders[name]!)) both[`${name}/${path}`] = content;
    }
    await expect(openDataset('smic', { root: memoryFolder(both) })).rejects.toThrow(
      'this looks like casme2 or samm or megc2019 or composite: use one of those names',
    );
  });
});
