import { integer, number, type Part, withParts } from '@mer/options';
import { constant } from './constant.js';
import { declareSchedule, type ScheduleDefinition } from './define-schedule.js';

/** factor^floor((e - 1) / every). */
export const step = /* @__PURE__ */ declareSchedule({
  name: 'step',
  title: 'Falls in steps',
  paper: 'as torch.optim.lr_scheduler.StepLR, once an epoch',
  options: {
    every: integer('Epochs between two steps.', { min: 1 }),
    factor: number('What each step multiplies the rate by.', { above: 0 }),
  },
  share: ({ every, factor }, before) => factor ** Math.floor(before / every),
});

/** factor^min(e - 1, until). */
export const exponential = /* @__PURE__ */ declareSchedule({
  name: 'exponential',
  title: 'Falls by a factor',
  paper: 'as torch.optim.lr_scheduler.ExponentialLR, once an epoch',
  options: {
    factor: number('What each epoch multiplies the rate by.', { above: 0 }),
    until: integer('Epoch after which the rate stays.', { min: 1, optional: true }),
  },
  share: ({ factor, until }, before) => factor ** Math.min(before, until ?? before),
});

/** m + (1 - m)(1 + cos(pi (e - 1) / epochs)) / 2 with m the minimum. */
export const cosine = /* @__PURE__ */ declareSchedule({
  name: 'cosine',
  title: 'Falls on half a cosine',
  paper: 'as torch.optim.lr_scheduler.CosineAnnealingLR, once an epoch',
  options: {
    minimum: number('Share of the rate that is left at the end.', { min: 0, default: 0 }),
  },
  share: ({ minimum }, before, epochs) => minimum + ((1 - minimum) * (1 + Math.cos((Math.PI * before) / epochs))) / 2,
});

/** Every schedule; an experiment's `use` adds others. */
export const schedules = [constant, step, exponential, cosine] as const;

/** Ours, and those of a list that are such parts. */
export const schedulesWith = (parts?: readonly Part[]) => withParts<ScheduleDefinition>(['schedule'], schedules, parts);
