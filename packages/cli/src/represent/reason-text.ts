import type { Reason } from '@mer/predictor';

/** Why nothing is answered, as whoever types a command reads it: options by their names there. */
export function reasonText({ code, text }: Reason): string {
  if (code === 'several-faces') {
    return text.replace(/: say with several who.*$/, ': --several says which, largest, surest or middle');
  }
  return code === 'no-expression' ? text.replace('with onset and offset', 'with --onset and --offset') : text;
}
