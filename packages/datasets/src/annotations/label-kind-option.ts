import { choice } from '@mer/options';

/** The option that says how the label cells of a manifest are meant. */
export const labelKindOption = () =>
  choice(
    'How many labels a sample has: one, as where nothing is said, or any number, which the manifest joins by + (`happiness+surprise`; empty where there is none).',
    ['single', 'multiple'],
    { optional: true },
  );
