import { type FileLimits, fileLimits } from '@mer/io';
import { group, number } from '@mer/options';

const limit = (about: string, name: keyof FileLimits) =>
  number(`${about}; ${fileLimits[name]} if not given.`, { min: 0, optional: true });

/** The option of data sets that are read from files: limits that hold instead of those of `fileLimits` of `@mer/io`. */
export const limitsOption = () =>
  group(
    'The most that a file of the data set may ask for, which is checked before memory is asked for.',
    {
      fileBytes: limit('Bytes of a file', 'fileBytes'),
      textBytes: limit('Bytes of a CSV or JSON file, or characters in the cells of a workbook', 'textBytes'),
      unpackedBytes: limit('Unpacked bytes of a workbook', 'unpackedBytes'),
      zipEntries: limit('Entries in the zip file that a workbook is', 'zipEntries'),
      pixels: limit('Pixels of a picture', 'pixels'),
      cells: limit('Cells of a table, rows times columns', 'cells'),
      cellCharacters: limit('Characters of a cell', 'cellCharacters'),
      frames: limit('Frames of a clip, from the onset to the offset', 'frames'),
      labels: limit('Different labels in a manifest', 'labels'),
    },
    { optional: true },
  );
