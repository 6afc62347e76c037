import { choice, list, text } from '@mer/options';
import { commonOptions } from '../adapters/annotated-options.js';

/** The options that every data set of recordings has. */
export function recordingOptions() {
  const { annotations, columns, corrections, faults, missing, gaps, leaks, decoders, limits, followLinks } =
    commonOptions('repair');
  return {
    expressions: choice(
      'Which expressions: micro, macro, or both. The recordings are the same, also those without any.',
      ['micro', 'macro', 'both'],
      { default: 'both' },
    ),
    noOffset: choice(
      'The end of an expression whose offset nobody saw (0 or empty): its apex, two thirds of a second behind it, or leave the expression out.',
      ['apex', 'apex-plus', 'drop'],
      { default: 'apex' },
    ),
    annotations,
    columns,
    corrections,
    faults,
    missing,
    gaps,
    leaks,
    exclude: list('Recordings to leave out, as subject/recording.', text('A recording.', {}), {
      different: true,
      default: [],
    }),
    decoders,
    limits,
    followLinks,
  };
}

/** The schemas of those options. */
export type RecordingEntries = ReturnType<typeof recordingOptions>;
