import '@tensorflow/tfjs-backend-wasm';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@mer/backends';
import { writeSyntheticRecordings } from '@mer/datasets';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listStudies } from '../schema/recipes.js';
import { runSpottingStudy, type StudyEvent } from './run-study.js';
import { parseSpottingStudy, readSpottingStudy } from './study.js';
import { studyText } from './study-text.js';

let root: string;
beforeAll(async () => {
  await useBackend('wasm');
  root = await mkdtemp(join(tmpdir(), 'mer-study-'));
  const small = { subjects: 2, videos: 3, seconds: 5, fps: 15, size: 96, micros: 2, macros: 1 };
  await writeSyntheticRecordings(join(root, 'data'), { layout: 'manifest', ...small });
});
afterAll(() => rm(root, { recursive: true, force: true }));

const studyOf = (more: object = {}) =>
  parseSpottingStudy({
    name: 'small',
    data: { name: 'recording-folder', root: join(root, 'data'), landmarks: join(root, 'data', 'landmarks') },
    spotter: { name: 'flow-peaks', options: { flow: 'farneback', rate: 15 } },
    choose: { threshold: [0.4, 0.6] },
    ...more,
  });

describe('runSpottingStudy()', () => {
  it('leaves one subject out, and goes on where it was stopped', async () => {
    const out = join(root, 'out');
    const stop = new AbortController();
    const stopped = runSpottingStudy(studyOf(), {
      out,
      signal: stop.signal,
      onEvent: (event) => event.type === 'measured' && stop.abort(new Error('stopped')),
    });
    await expect(stopped).rejects.toThrow('stopped');
    const events: StudyEvent[] = [];
    const result = await runSpottingStudy(studyOf(), { out, onEvent: (event) => events.push(event) });
    expect(events[0]).toEqual({ type: 'study', recordings: 3, subjects: 2, measured: 1 });
    expect(Object.keys(result.chosen)).toHaveLength(2);
    expect(result.scores.videos).toBe(3);
    expect(result.scores.all.tp + result.scores.all.fn).toBe(3);
    expect(result.oracle.all.f1).toBeGreaterThanOrEqual(0);
    expect((await readdir(out)).sort()).toEqual([
      'measured',
      'predictions.csv',
      'scores.json',
      'study.json',
      'timelines',
    ]);
    const [someone] = await readdir(join(out, 'timelines'));
    const [picture] = await readdir(join(out, 'timelines', someone!));
    expect(await readFile(join(out, 'timelines', someone!, picture!), 'utf8')).toMatch(/^<svg .*motion, micro/s);
    const csv = await readFile(join(out, 'predictions.csv'), 'utf8');
    expect(csv.split('\n')).toHaveLength(result.predictions.length + 2);
    expect(studyText(result)).toMatch(
      /flow-peaks on recording-folder: 3 recordings \(\d without an expression\) of 2 subjects/,
    );

    // measurements are used again where nothing of theirs has changed, and made again where something has
    const again: StudyEvent[] = [];
    const other = await runSpottingStudy(studyOf({ choose: { threshold: [0.9] } }), {
      out,
      onEvent: (event) => again.push(event),
    });
    expect(again[0]).toMatchObject({ measured: 3 });
    expect(other.scores.all.tp + other.scores.all.fp).toBeLessThanOrEqual(result.scores.all.tp + result.scores.all.fp);
    const same = await runSpottingStudy(studyOf(), { out });
    expect(same).toEqual(result);
  });

  it('names the recording whose landmarks are not there', async () => {
    const { data } = studyOf();
    await expect(
      runSpottingStudy(
        { ...studyOf(), data: { ...data, landmarks: join(root, 'nowhere') } },
        { out: join(root, 'none') },
      ),
    ).rejects.toThrow(/Cannot use data\.landmarks as .*nowhere must hold .*\.json, \.pts, \.txt or \.csv/);
  });
});

describe('parseSpottingStudy()', () => {
  it('takes every study of this package, by its name', async () => {
    const studies = await listStudies();
    expect(studies.length).toBeGreaterThan(0);
    for (const { name } of studies) expect((await readSpottingStudy(name)).name).toBe(name);
  });

  it.each([
    [{ name: 'a/b' }, /name must be letters/],
    [{ data: { name: 'casme2' } }, /data\.name must be one of/],
    [
      { spotter: { name: 'region-flows' } },
      /spotter\.name must be one of flow-peaks, mdmd, region-flow, skin-motion, softnet, mtsn.*region-flow/,
    ],
    [{ spotter: { name: 'flow-peaks', options: { treshold: 1 } } }, /spotter\.options\.treshold/],
    [
      { choose: { rate: [15] } },
      /choose\.rate must be one of threshold: those of flow-peaks that need no new measurement/,
    ],
    [{ choose: { threshold: [2] } }, /choose\.threshold\.0 must be a number from 0 to 1/],
    [{ choose: { threshold: [] } }, /choose/],
    [{ by: 'f1' }, /by must be one of all, micro, macro/],
  ])('refuses %j', (change, message) => {
    expect(() => studyOf(change)).toThrow(message);
  });
});
