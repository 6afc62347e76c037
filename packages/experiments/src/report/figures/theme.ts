/** Colors and type of a figure: SVG paint. */
export interface Theme {
  /** Behind everything; `none` on a page. */
  background: string;
  /** Text and axes. */
  ink: string;
  /** Text of less weight. */
  muted: string;
  /** Lines of a grid. */
  grid: string;
  /** Fills; the first is also that of the confusion matrix. */
  series: readonly [string, string, string];
  /** Text on a full fill of the first of the series. */
  onFill: string;
  /** Families of fonts. */
  font: string;
}

/** For papers: literal colors of Okabe and Ito, which people with any color vision tell apart, on white. */
export const paperTheme: Theme = Object.freeze({
  background: '#ffffff',
  ink: '#1b1f24',
  muted: '#57606a',
  grid: '#d8dee4',
  series: ['#0072b2', '#d55e00', '#009e73'] as const,
  onFill: '#ffffff',
  font: 'Helvetica, Arial, sans-serif',
});

/** For the report: the page says what the colors are, in the light and in the dark. */
export const pageTheme: Theme = Object.freeze({
  background: 'none',
  ink: 'var(--ink)',
  muted: 'var(--muted)',
  grid: 'var(--grid)',
  series: ['var(--series-1)', 'var(--series-2)', 'var(--series-3)'] as const,
  onFill: 'var(--on-fill)',
  font: 'system-ui, sans-serif',
});

/** The colors that {@link pageTheme} names, as CSS. */
export const themeStyle = `:root {
  color-scheme: light dark;
  --page: #ffffff; --panel: #f6f8fa; --ink: #1b1f24; --muted: #57606a; --grid: #d8dee4; --link: #0a58a8;
  --series-1: #0072b2; --series-2: #d55e00; --series-3: #009e73; --on-fill: #ffffff; --warn: #8a3800; --warn-panel: #fff4e8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1419; --panel: #1a2129; --ink: #e6e9ed; --muted: #a3adb8; --grid: #343d47; --link: #7cbcf5;
    --series-1: #56b4e9; --series-2: #e69f00; --series-3: #2fc79b; --on-fill: #0f1419; --warn: #ffb86b; --warn-panel: #2b2116;
  }
}`;
