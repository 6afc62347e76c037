import { checkOptions, choice, flag, type OptionsOf, type Resolved, size } from '@mer/options';

/** How a clip is read: which frames, how large, in color or gray. */
export const readClipOptions = {
  from: choice('First frame read: the annotated onset, or the first frame that the clip has.', ['onset', 'first'], {
    default: 'onset',
  }),
  to: choice(
    'Last frame read: the annotated offset, the apex, or the last frame that the clip has.',
    ['offset', 'apex', 'last'],
    { default: 'offset' },
  ),
  size: size('Side, or [height, width], to which frames are resized as they are read; as stored if not given.', {
    max: 4096,
    optional: true,
  }),
  color: flag('true: three channels; false: one (Rec. 601 luma); as stored if not given.', { optional: true }),
};

/** Options of `readClip`. */
export type ReadClipOptions = OptionsOf<typeof readClipOptions>;

/** The same with every default. */
export type CheckedReadOptions = Resolved<typeof readClipOptions>;

/** The options of one reading, checked. */
export function checkReadOptions(id: string, options: ReadClipOptions): CheckedReadOptions {
  return checkOptions(`read clip ${id}`, readClipOptions, options);
}
