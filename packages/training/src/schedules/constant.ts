import { declareSchedule } from './define-schedule.js';

/** The learning rate as it is. */
export const constant = /* @__PURE__ */ declareSchedule({
  name: 'constant',
  title: 'As it is',
  paper: null,
  options: {},
  share: () => 1,
});
