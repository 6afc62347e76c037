// The page around the playground, which is a component of the theme.
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { SITE } from '../paths.mjs';
import { writePage } from '../site.mjs';

export async function writePlayground() {
  await copyFaceModels();
  await writePage(
    'playground',
    {
      title: 'Playground',
      description: 'A clip, a video or the camera: pictures of motion, expressions and a small network, in this page',
      sidebar: false,
      aside: false,
      pageClass: 'playground-page',
    },
    '# Playground',
    'A clip as pictures of its motion, its flow, and the answer of a small network; a video or the camera as expressions. **Nothing leaves this browser**: no picture, no number. The [packages](/packages/index.md) do the work, in a worker.',
    // The place is kept before the component is there, so that the text below it does not jump.
    '<div class="playground-place"><ClientOnly><Playground /></ClientOnly></div>',
    'What each representation means: [the gallery](/reference/representations/index.md). What such an answer can and cannot tell: [intended use and limits](/intended-use.md). The page works as [In a browser app](/guides/browser.md) says.',
  );
}

/** The two networks that find a face, as files of this site: nothing is fetched from elsewhere. */
async function copyFaceModels() {
  const models = join(dirname(createRequire(import.meta.url).resolve('@vladmandic/human')), '..', 'models');
  const folder = join(SITE, 'public/face');
  await mkdir(folder, { recursive: true });
  for (const name of ['blazeface', 'facemesh'])
    for (const kind of ['json', 'bin'])
      await copyFile(join(models, `${name}.${kind}`), join(folder, `${name}.${kind}`));
  await writeFile(
    join(folder, 'README.txt'),
    'BlazeFace and the face mesh of MediaPipe (Google, Apache License 2.0), as converted in @vladmandic/human (MIT License).\n',
  );
}
