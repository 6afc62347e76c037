import { Markup, markup } from './markup.js';
import { pageStyle } from './page-style.js';

/**
 * The head of a page that stands alone: nothing is loaded into it.
 *
 * @param allowed - what it may have beside its own styles, as a content security policy says it
 * @param style - more styles, of ours
 */
export function pageHead(title: string, allowed: string, style = ''): Markup {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; ${new Markup(allowed)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${pageStyle}${new Markup(style)}</style>
</head>`;
}
