import { visible } from '@mer/options';

/**
 * Rows as aligned columns, two spaces apart; columns whose cells below the first row are all numbers stand to the right.
 */
export function table(rows: readonly (readonly string[])[]): string[] {
  const lines = rows.map((row) => row.map(visible));
  const columns = lines[0]?.map((_, column) => {
    const cells = lines.map((row) => row[column] ?? '');
    return {
      width: Math.max(...cells.map((cell) => cell.length)),
      right: lines.length > 1 && cells.slice(1).every((cell) => /^[-\d.,%x ]*$/.test(cell)),
    };
  });
  return lines.map((row) =>
    row
      .map((cell, column) =>
        columns![column]!.right ? cell.padStart(columns![column]!.width) : cell.padEnd(columns![column]!.width),
      )
      .join('  ')
      .trimEnd(),
  );
}
