import { list, text } from '@mer/options';

/** The option of data sets that are read from folders: other folders into which links below the root may lead. */
export const followLinksOption = () =>
  list(
    'Folders outside the root into which links below it may lead, as where a lab links its storage; none if not given.',
    text('A folder: a path on this machine.', {}),
    { different: true, default: [] },
  );
