import { classesOf } from './label-kind.js';
import { ONE_VIEW, type PreparedData } from './prepared-data.js';
import { type RandomStream, randomOrder, uniformBelow } from './random.js';
import type { TrainingSettings } from './settings.js';

/**
 * The rows that one epoch trains on, in order: each training sample, or as many balanced draws, once for every group of views.
 *
 * @param data - labels and views
 * @param train - training samples
 * @param settings - `sampling` and `shuffle`
 * @param stream - advances
 * @returns rows: sample x views + view
 */
export function epochRows(
  data: PreparedData,
  train: readonly number[],
  { sampling, shuffle }: Pick<TrainingSettings, 'sampling' | 'shuffle'>,
  stream: RandomStream,
): number[] {
  const { count, train: groups } = data.views ?? ONE_VIEW;
  const samples = sampling === 'balanced' ? balancedDraws(data, train, stream) : train;
  const items = groups.flatMap((views) => samples.map((sample) => ({ sample, views })));
  const order = shuffle ? randomOrder(items.length, stream) : items.map((_, i) => i);
  return order.map((i) => {
    const { sample, views } = items[i]!;
    const view = views.length === 1 ? views[0]! : views[uniformBelow(views.length, stream)]!;
    return sample * count + view;
  });
}

function balancedDraws(data: PreparedData, train: readonly number[], stream: RandomStream): number[] {
  const labelsOf = (sample: number) => classesOf(data.labels[sample]!);
  const classes = [
    ...data.classes.map((_, label) => train.filter((sample) => labelsOf(sample).includes(label))),
    // samples of any number of labels that have none
    train.filter((sample) => labelsOf(sample).length === 0),
  ].filter((samples) => samples.length > 0);
  return train.map(() => {
    const samples = classes[uniformBelow(classes.length, stream)]!;
    return samples[uniformBelow(samples.length, stream)]!;
  });
}
