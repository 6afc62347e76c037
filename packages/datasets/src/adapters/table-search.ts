import type { AnnotationRow } from '../annotations/clip-record.js';
import { type Columns, describeColumns, findTable, type TableRow } from '../tables/read-table.js';
import type { AnnotationSearch } from './find-annotations.js';

/** How the rows of a table are told to be those of a data set, and read. */
export interface TableOf<C extends Columns> {
  /** Data set, for messages. */
  dataset: string;
  columns: C;
  /** Whether a row names a subject and a clip as the data set does. */
  isRow(cells: Readonly<Record<keyof C & string, string>>): boolean;
  /** The annotation of a row. */
  rowOf(row: TableRow<keyof C & string>): AnnotationRow;
}

/** The annotation of a row; that its subject is that of a row above is remarked. */
function annotationOf<C extends Columns>(row: TableRow<keyof C & string>, rowOf: TableOf<C>['rowOf']): AnnotationRow {
  const annotation = rowOf(row);
  if (row.subjectOf === undefined) return annotation;
  return {
    ...annotation,
    remark: `it has no subject of its own, and takes that of row ${row.subjectOf} (merged cells)`,
  };
}

/** The usual case: the first sheet that has a header with these columns, and below it rows that are mostly the data set's. */
export function tableSearch<const C extends Columns>({
  dataset,
  columns,
  isRow,
  rowOf,
}: TableOf<C>): Pick<AnnotationSearch, 'columns' | 'read' | 'wanted'> {
  return {
    columns,
    read: (sheets, asked) => {
      let strange: TableRow<keyof C & string> | undefined;
      for (const sheet of sheets) {
        const rows = findTable(sheet, columns);
        if (!rows?.length) continue;
        if (asked || 2 * rows.filter(({ cells }) => isRow(cells)).length > rows.length)
          return rows.map((row) => annotationOf(row, rowOf));
        strange ??= rows.find(({ cells }) => !isRow(cells));
      }
      if (!strange) return undefined;
      const { row, cells } = strange;
      const { subject, clip } = cells as Readonly<Record<string, string>>;
      throw new Error(
        `it has the columns, but its rows name no clips of ${dataset}: row ${row} is subject '${subject}', clip '${clip}'`,
      );
    },
    wanted: `header row with the columns ${describeColumns(columns)} and rows below it`,
  };
}
