import { type OptionEntries, option } from '@mer/options';
import * as v from 'valibot';

/** The schema of an object of a file that has these keys, and may have others, which later versions may write. */
export function loose(entries: OptionEntries, words = 'an object'): v.GenericSchema {
  return option('', v.looseObject(entries, words) as v.GenericSchema, words, {});
}
