import type { EpochRecord } from '@mer/training';

/** Names of the curves of a fold, in TensorBoard and MLflow alike; `oracle` is of the tested samples, and no choice of anything. */
const CURVES: Readonly<Record<Exclude<keyof EpochRecord, 'epoch'>, string>> = {
  loss: 'training/loss',
  accuracy: 'training/accuracy',
  learningRate: 'training/learning rate',
  validationLoss: 'validation/loss',
  validationAccuracy: 'validation/accuracy',
  testLoss: 'oracle/loss',
  testAccuracy: 'oracle/accuracy',
};

/** The values of an epoch by the names of their curves. */
export function curveValues(record: EpochRecord): Record<string, number> {
  return Object.fromEntries(
    Object.entries(CURVES).flatMap(([key, name]) => {
      const value = record[key as keyof EpochRecord];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** When the epochs of a finished fold ended, milliseconds since 1970: its file tells the last, the others are taken as equally long. */
export function epochTimes(ended: number, seconds: number, epochs: number): number[] {
  return Array.from({ length: epochs }, (_, i) => Math.round(ended - (seconds * 1000 * (epochs - 1 - i)) / epochs));
}
