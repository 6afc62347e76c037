/** The folder, within a sweep's, of the run whose folds are each of the cell that was chosen for it. */
export const CHOSEN = 'chosen';
