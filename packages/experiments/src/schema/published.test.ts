import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { findModel } from '@mer/models';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { ExperimentSettings } from './experiment.js';
import { readExperiment } from './read.js';

const recipes = fileURLToPath(new URL('../../recipes/', import.meta.url));
const files = readdirSync(recipes).filter((name) => name.endsWith('.yaml'));

describe('published results of a recipe', () => {
  it('are named where its network has them: a number stands once', async () => {
    let named = 0;
    for (const file of files) {
      const { published = [] } = parse(await readFile(recipes + file, 'utf8')) as Partial<ExperimentSettings>;
      const { model } = await readExperiment(recipes + file);
      const known = findModel(model.name).results.map((result) => result.scores);
      for (const entry of published) {
        if ('result' in entry) named += 1;
        else {
          const { source: _source, caveat: _caveat, ...scores } = entry;
          expect(known, file).not.toContainEqual(scores);
        }
      }
    }
    expect(named).toBeGreaterThan(15);
  });
});
