import { type AnnotationFile, type ClipCount, countClips, type Dataset, type DatasetNote } from '@mer/datasets';
import type { OwnParts } from '../parts/own-modules.js';
import { makeSteps } from '../prepare/image-makers.js';
import type { Experiment } from '../schema/experiment.js';

/** What a run's samples were read from, and what of it was corrected, assumed and left out. */
export interface RunData extends ClipCount {
  /** The workbooks, lists and manifests that were read, with their hashes. */
  annotationFiles: readonly AnnotationFile[];
  /** Clips left out because the class scheme has no class for their label, by label. */
  outside: Readonly<Record<string, number>>;
  /** Clips without an annotated apex to which a step of the experiment gives one. */
  assumedApexes: number;
  /** The data sets of the samples, more than one of a composite set; absent from runs of earlier versions. */
  sets?: readonly DataCount[];
  /** Every remark on the source: corrections, dropped clips with their reason, missing frames, doubts. */
  notes: readonly DatasetNote[];
}

/** How much of a data set was read. */
export interface DataCount {
  name: string;
  samples: number;
  subjects: number;
  /** Frames a second of its clips, ascending; empty where nobody says. */
  frameRates: readonly number[];
}

/** Counts the samples and subjects of each data set. */
function countSets(dataset: Dataset): DataCount[] {
  const records = (dataset.kind === 'clips' && dataset.records) || [];
  return [...new Set(dataset.samples.map((sample) => sample.dataset))].map((name) => {
    const there = [...dataset.samples.keys()].filter((index) => dataset.samples[index]!.dataset === name);
    const rates = new Set(there.flatMap((index) => records[index]?.fps ?? []));
    return {
      name,
      samples: there.length,
      subjects: new Set(there.map((index) => dataset.samples[index]!.subject)).size,
      frameRates: [...rates].sort((a, b) => a - b),
    };
  });
}

/** Says what the samples of an experiment were read from. */
export function describeData(dataset: Dataset, experiment: Experiment, { parts }: OwnParts): RunData {
  const { annotationFiles = [], outside = {}, notes } = dataset;
  const records = (dataset.kind === 'clips' && dataset.records) || [];
  const steps = [experiment.preprocessing, ...experiment.inputs.map((input) => input.steps)];
  const spots = steps.some((some) => makeSteps(some, 'steps', parts).some(({ traits }) => traits.marksApex));
  return {
    ...countClips(dataset),
    annotationFiles,
    outside,
    assumedApexes: spots ? records.filter(({ apex }) => apex === null).length : 0,
    sets: countSets(dataset),
    notes,
  };
}
