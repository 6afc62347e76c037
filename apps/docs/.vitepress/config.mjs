import { existsSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitepress';
import { DIST, HOMEPAGE, PART, REPOSITORY, SITE } from '../tools/paths.mjs';
import { slugify } from '../tools/slugify.mjs';

const sidebar = JSON.parse(readFileSync(`${SITE}sidebar.json`, 'utf8'));
if (!existsSync(`${SITE}index.md`))
  throw new Error('Cannot build the site as its pages must be assembled first: npm run docs:build');

export default defineConfig({
  lang: 'en',
  title: 'mer',
  description: 'The TypeScript toolkit for facial micro-expression recognition',
  srcDir: SITE,
  srcExclude: ['public/**'],
  outDir: DIST,
  cacheDir: '.vitepress/cache',
  // a part alone links to pages that are not built
  ignoreDeadLinks: PART !== '',
  metaChunk: true,
  sitemap: { hostname: HOMEPAGE },
  markdown: {
    anchor: { slugify },
    config: focusableCode,
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
  },
  vite: { worker: { format: 'es' }, build: { chunkSizeWarningLimit: 2000 } },
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  themeConfig: {
    nav: [
      { text: 'Start', link: '/start/researcher', activeMatch: '^/(start|guides|datasets)' },
      { text: 'Reference', link: '/reference/', activeMatch: '^/(reference|recipes)' },
      { text: 'Packages', link: '/packages/', activeMatch: '^/(packages|api)/' },
      { text: 'Playground', link: '/playground' },
      { text: 'Results', link: '/results', activeMatch: '^/(results|megc2019|measurements|benchmarks|full-size)' },
    ],
    sidebar,
    outline: [2, 3],
    search: { provider: 'local', options: { _render: searchable } },
    ...(REPOSITORY && {
      editLink: { pattern: ({ frontmatter }) => frontmatter.editAddress, text: 'Source of this page' },
      socialLinks: [{ icon: 'github', link: REPOSITORY, ariaLabel: 'Repository' }],
    }),
    docFooter: { prev: false, next: false },
  },
});

/** What the search finds: of the API and of long listings only what stands before the first heading below the title. */
function searchable(source, env, renderer) {
  const html = renderer.render(source, env);
  if (env.frontmatter?.search === false) return '';
  const short = /^(api\/|reference\/recipes\/)/.test(env.relativePath);
  return short ? html.split('<h2')[0] : html;
}

/** Indented code, as equations and trees of folders are: it scrolls, so the keyboard must reach it. */
function focusableCode(md) {
  md.renderer.rules.code_block = (tokens, index) =>
    `<pre class="plain" tabindex="0" v-pre><code>${md.utils.escapeHtml(tokens[index].content)}</code></pre>\n`;
}
