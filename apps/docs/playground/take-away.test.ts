import { parseExperiment } from '@mer/experiments';
import { representations, steps } from '@mer/representations';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { experimentText, literal, programText, type TakeAway } from './take-away.ts';

const taken = (more: Partial<TakeAway> = {}): TakeAway => ({
  clip: { kind: 'example', options: { subjects: 4, size: 128 }, index: 3 },
  marks: { onset: 1, apex: 11, offset: 22 },
  name: 'trdi',
  options: {},
  call: 'trdi()',
  functions: Object.keys(steps),
  backend: 'wasm',
  network: { steps: 'pipe(resize({ size: 64 }), trdi())', classes: ['happiness', 'disgust'], input: [64, 64, 3] },
  ...more,
});

describe('the experiment', () => {
  it.each(Object.keys(representations))('with %s is one that mer takes', (name) => {
    const text = experimentText(taken({ name }));
    expect(parseExperiment(parse(text)).inputs[0]!.steps).toHaveLength(1);
  });

  it('has the options as given, and the clips of whoever brought some', () => {
    const options = { flow: { name: 'tvl1', lambda: 0.2 }, stableRegion: null };
    const clip = { kind: 'pictures', names: ['1.png'], size: [96, 128] } as const;
    const text = experimentText(taken({ name: 'flow', options, clip }));
    const { data, inputs } = parse(text) as { data: unknown; inputs: unknown };
    expect(inputs).toEqual([{ steps: [{ step: 'flow', options }] }]);
    expect(data).toEqual({ name: 'clip-folder', root: 'my-clips', frames: { size: [96, 128] } });
    expect(text).toContain('subject,clip,label,onset,apex,offset');
  });
});

describe('the program', () => {
  it('imports what it calls and nothing else', () => {
    const text = programText(
      taken({
        call: "frameDifference({ scaling: 'symmetric' })",
        functions: ['frameDifference', 'frame', 'trdi', 'resize', 'flow'],
      }),
    );
    expect(text).toContain(
      "import { displayImage, frame, frameDifference, pipe, resize, trdi } from '@mer/representations';",
    );
    expect(text).toContain("import { createSyntheticDataset } from '@mer/datasets';");
    expect(text).toContain("const image = await frameDifference({ scaling: 'symmetric' }).applyAsync(clip);");
    expect(text).not.toContain('sharp');
  });

  it('writes names of files as text that cannot end', () => {
    const text = programText(taken({ clip: { kind: 'gif', names: ["it's \\ mine.gif"], size: undefined } }));
    expect(text).toContain("sharp('it\\'s \\\\ mine.gif', { page })");
  });

  it('writes values as TypeScript', () => {
    expect(literal({ size: [1, null], 'a-b': true, c: "d'e", f: {} })).toBe(
      "{ size: [1, null], 'a-b': true, c: 'd\\'e', f: {} }",
    );
  });
});
