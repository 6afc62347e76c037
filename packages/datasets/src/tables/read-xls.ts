import { checkLimit, type FileLimits } from '@mer/io';

/**
 * Reads every sheet of an old `.xls` workbook (BIFF) as raw cells by row, from the first row of the sheet on; what is not there is undefined.
 *
 * @throws Error that begins with what is wrong with it: it is damaged, or asks for more than its limits.
 */
export async function readXls(
  bytes: Uint8Array,
  limits?: Partial<FileLimits>,
): Promise<{ sheet: string; data: unknown[][] }[]> {
  // loaded when needed: it is large, and few workbooks are as old
  const { read, utils } = await import('@e965/xlsx');
  let workbook: ReturnType<typeof read>;
  try {
    workbook = read(bytes, { type: 'array', dense: true, cellHTML: false, cellText: false, cellDates: true });
  } catch (cause) {
    throw new Error(`it must be an .xls or .xlsx workbook: ${(cause as Error).message}`, { cause });
  }
  let cells = 0;
  return workbook.SheetNames.map((name) => {
    const sheet = workbook.Sheets[name];
    const reference = sheet?.['!ref'];
    if (reference === undefined) return { sheet: name, data: [] };
    const { e: end } = utils.decode_range(reference);
    cells += (end.r + 1) * (end.c + 1);
    checkLimit('it cannot be read', `the cells of its sheets up to '${name}'`, 'cells', cells, limits);
    const rows = (sheet!['!data'] ?? []) as ({ v?: unknown } | undefined)[][];
    const data = Array.from({ length: end.r + 1 }, (_, row) =>
      Array.from({ length: end.c + 1 }, (_, column) => rows[row]?.[column]?.v),
    );
    return { sheet: name, data };
  });
}
