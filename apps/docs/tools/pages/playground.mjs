// The page around the playground, which is a component of the theme.
import { writePage } from '../site.mjs';

export const writePlayground = () =>
  writePage(
    'playground',
    {
      title: 'Playground',
      description: 'A clip, its pictures of motion and a small network, in this page',
      sidebar: false,
      aside: false,
      pageClass: 'playground-page',
    },
    '# Playground',
    'A clip as pictures of its motion, its flow, and the answer of a small network. **Nothing leaves this browser**: no picture, no number. The [packages](/packages/index.md) do the work, in a worker.',
    // The place is kept before the component is there, so that the text below it does not jump.
    '<div class="playground-place"><ClientOnly><Playground /></ClientOnly></div>',
    'What each representation means: [the gallery](/reference/representations/index.md). What such an answer can and cannot tell: [intended use and limits](/intended-use.md). The page works as [In a browser app](/guides/browser.md) says.',
  );
