/** How CASME and CASME II name subjects: `1`, `01` and `sub01` are the subject `sub01`. */
export function casmeSubject(text: string): string {
  const digits = /^(?:sub)?0*(\d+)$/i.exec(text)?.[1];
  return digits === undefined ? text : `sub${digits.padStart(2, '0')}`;
}
