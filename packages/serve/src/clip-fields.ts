import type { ClipFields } from './job.js';
import { ServiceError } from './service-error.js';

/** What may stand beside a clip, and what it must be. */
const FIELDS = {
  onset: 'the number of a frame, from 0',
  apex: 'the number of a frame, from 0',
  offset: 'the number of a frame, from 0',
  fps: 'frames a second, above 0 and at most 10000',
  heatMaps: 'true or false',
} as const;

type Name = keyof typeof FIELDS;

/** The largest number of a frame. */
const MOST_FRAME = 1e6;

/**
 * The fields of a form, or of an address, as values.
 *
 * @throws ServiceError 400 for a field that is not known, is there twice, or is not what it must be
 */
export function clipFields(given: Iterable<readonly [name: string, text: string]>): ClipFields {
  const fields: Partial<Record<Name, number | boolean>> = {};
  for (const [name, text] of given) {
    if (!Object.hasOwn(FIELDS, name)) {
      throw wrong(`a field must be one of ${Object.keys(FIELDS).join(', ')}, or a file: there is another one`);
    }
    if (fields[name as Name] !== undefined) throw wrong(`${name} must be given once: it is there twice`);
    // an empty field of a form is one that was left out
    if (text.trim() === '') continue;
    fields[name as Name] = fieldValue(name as Name, text.trim());
  }
  const { onset, apex, offset } = fields as ClipFields;
  const order = [onset ?? 0, apex ?? onset ?? 0, offset ?? Number.POSITIVE_INFINITY];
  if (order[0]! > order[1]! || order[1]! > order[2]! || order[0]! >= order[2]!) {
    throw wrong('onset, apex and offset must follow one another');
  }
  return fields as ClipFields;
}

function fieldValue(name: Name, text: string): number | boolean {
  if (name === 'heatMaps') {
    if (['true', '1', 'on'].includes(text)) return true;
    if (['false', '0'].includes(text)) return false;
  } else if (/^\d{1,9}(\.\d{1,9})?$/.test(text)) {
    const value = Number(text);
    if (name === 'fps' ? value > 0 && value <= 10_000 : Number.isInteger(value) && value <= MOST_FRAME) return value;
  }
  throw wrong(`${name} must be ${FIELDS[name]}`);
}

const wrong = (reason: string) => new ServiceError(400, 'wrong-field', `Cannot predict as ${reason}`);
