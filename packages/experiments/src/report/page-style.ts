import { themeStyle } from './figures/theme.js';
import { Markup } from './markup.js';

/** The look of the report, in the light, in the dark and on paper. */
export const pageStyle = new Markup(`${themeStyle}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 1000px; margin: 0 auto; padding: 24px 16px 48px; }
h1 { margin: 0 0 8px; font-size: 1.8rem; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 40px 0 12px; padding-bottom: 4px; border-bottom: 1px solid var(--grid); font-size: 1.3rem; }
h3 { margin: 24px 0 8px; font-size: 1.05rem; }
a { color: var(--link); }
.lead { max-width: 75ch; }
.note, small, figcaption span, .pictures span { color: var(--muted); font-size: .85rem; }
small { display: block; font-weight: 400; }
.cards { display: flex; flex-wrap: wrap; gap: 12px; margin: 20px 0 8px; }
.card { flex: 1 1 180px; padding: 12px 16px; background: var(--panel); border: 1px solid var(--grid); border-radius: 8px; }
.card .name { font-weight: 600; }
.card .value { font-size: 1.9rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(220px, 1fr)); gap: 10px 24px; margin: 20px 0; }
dt { color: var(--muted); font-size: .85rem; }
dd { margin: 0; overflow-wrap: anywhere; }
nav { display: flex; flex-wrap: wrap; gap: 4px 16px; }
.scroll { overflow-x: auto; }
table { font-size: .95rem; border-collapse: collapse; margin: 12px 0; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding-bottom: 6px; }
caption span, caption small { display: block; max-width: calc(100vw - 56px); }
th, td { padding: 5px 14px 5px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--grid); font-weight: 400; }
thead th { border-bottom: 2px solid var(--muted); font-weight: 600; white-space: nowrap; }
.number { text-align: right; white-space: nowrap; }
tr.whole > * { font-weight: 600; }
tbody + tbody tr:first-child > * { border-top: 2px solid var(--grid); }
th.group { font-weight: 600; padding-top: 14px; }
th.source { max-width: 46ch; min-width: 220px; }
figure { margin: 12px 0; }
figure svg { display: block; max-width: 100%; height: auto; }
figure.scores svg { min-width: 620px; }
.side { display: flex; flex-wrap: wrap; gap: 12px 40px; align-items: flex-start; }
.side > * { min-width: 0; max-width: 100%; }
.side.tight > .scroll { flex: 1 1 380px; }
.warning { margin: 16px 0; padding: 12px 16px; background: var(--warn-panel); border-left: 4px solid var(--warn); }
.warning p { margin-top: 0; max-width: 80ch; }
details { margin: 12px 0; }
summary { cursor: pointer; color: var(--link); }
pre { overflow-x: auto; padding: 12px; background: var(--panel); font-size: .85rem; }
#environment td { overflow-wrap: anywhere; min-width: 180px; }
#environment th { color: var(--muted); white-space: nowrap; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr)); gap: 12px; }
.sample { margin: 0; padding: 10px 12px; background: var(--panel); border: 1px solid var(--grid); border-left: 4px solid var(--series-3); border-radius: 6px; }
.sample.wrong { border-left-color: var(--series-2); }
.sample figcaption strong, .sample figcaption span { display: block; overflow-wrap: anywhere; }
.pictures { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 8px; }
.pictures div { display: flex; flex-direction: column; width: 128px; }
.pictures img { width: 128px; height: auto; image-rendering: pixelated; }
@media (max-width: 640px) {
  table { font-size: .85rem; }
  th, td { padding-right: 8px; }
  th.source { min-width: 130px; }
  .card { flex-basis: 130px; }
  .card .value { font-size: 1.5rem; }
}
@media print { nav { display: none; } details { display: block; } section { break-inside: auto; } figure, table { break-inside: avoid; } }`);
