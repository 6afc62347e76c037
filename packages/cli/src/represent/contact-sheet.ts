/** A picture of a contact sheet. */
export interface SheetPicture {
  /** Written under the picture, one line each. */
  caption: readonly string[];
  /** PNG file. */
  png: Uint8Array;
  width: number;
  height: number;
}

const gap = 12;
const lineHeight = 15;

/**
 * Lays pictures out side by side with captions, as one SVG that holds the pictures.
 *
 * @returns SVG text; every picture is shown at the same width, pixels kept sharp when enlarged
 */
export function contactSheet(
  title: string,
  pictures: readonly SheetPicture[],
  { width = 220, columns = 4 } = {},
): string {
  const lines = Math.max(...pictures.map(({ caption }) => caption.length));
  const height = Math.max(...pictures.map((picture) => (picture.height / picture.width) * width));
  const across = Math.min(columns, pictures.length);
  const cell = { width: width + gap, height: height + lines * lineHeight + gap };
  const total = { width: gap + across * cell.width, height: 30 + Math.ceil(pictures.length / across) * cell.height };
  const cells = pictures.map(({ caption, png, ...picture }, i) => {
    const x = gap + (i % across) * cell.width;
    const y = 30 + Math.floor(i / across) * cell.height;
    const shown = (picture.height / picture.width) * width;
    const text = caption.map(
      (line, row) =>
        `<text x="${x}" y="${y + shown + (row + 1) * lineHeight - 3}"${row ? ' fill="#666"' : ''}>${escaped(line)}</text>`,
    );
    const image = `<image x="${x}" y="${y}" width="${width}" height="${shown}" style="image-rendering:pixelated" href="data:image/png;base64,${Buffer.from(png).toString('base64')}"/>`;
    return `${image}\n${text.join('\n')}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${total.width}" height="${Math.ceil(total.height)}" font-family="Helvetica, Arial, sans-serif" font-size="11">
<rect width="100%" height="100%" fill="#fff"/>
<text x="${gap}" y="20" font-size="14">${escaped(title)}</text>
${cells.join('\n')}
</svg>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
