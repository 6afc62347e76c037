/**
 * The mer command: run, evaluate and report micro-expression recognition experiments.
 *
 * @module @mer/cli
 */

export { createProgram } from './program.js';
