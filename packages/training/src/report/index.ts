export { summariseRun } from '../experiment/read-summary.js';
export type { OracleSummary } from '../experiment/summary.js';
export { type FinishedFold, type Run, readRun } from './read-run.js';
export type { BootstrapSettings, Interval, ScoreName } from './subject-intervals.js';
