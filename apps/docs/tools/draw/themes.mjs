// Colors of drawings on light and on dark pages.
export const THEMES = {
  light: {
    ink: '#1b1f24',
    muted: '#57606a',
    grid: '#d8dee4',
    panel: '#f6f8fa',
    page: '#ffffff',
    series: ['#0072b2', '#d55e00', '#009e73', '#7b4ea3'],
  },
  dark: {
    ink: '#e6e9ed',
    muted: '#a3adb8',
    grid: '#3b444e',
    panel: '#232a32',
    page: '#1b1b1f',
    series: ['#56b4e9', '#e69f00', '#2fc79b', '#c7a0e8'],
  },
};

/** Writes `draw(theme)` for both themes: `<path>.light.svg` and `<path>.dark.svg`. */
export async function writeBoth(write, path, draw) {
  for (const [mode, theme] of Object.entries(THEMES)) await write(`${path}.${mode}.svg`, draw(theme));
}
