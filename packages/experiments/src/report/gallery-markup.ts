import type { GalleryItem } from './gallery-item.js';
import { type Markup, markup } from './markup.js';

const NOTE = [
  'What the network was given, and Grad-CAM for the most probable class: red where it found evidence, blue where it found none.',
  'A heat map is as coarse as the layer that it explains, and says where, not why.',
].join(' ');

/** Samples as cards with their pictures within the page. */
export function galleryMarkup(gallery: readonly GalleryItem[]): Markup | undefined {
  if (gallery.length === 0) return undefined;
  const part = (title: string, items: readonly GalleryItem[]) =>
    items.length > 0 && markup`<h3>${title}</h3><div class="gallery">${items.map(card)}</div>`;
  return markup`${part(
    'Mistakes in pictures',
    gallery.filter(({ right }) => !right),
  )}
${part(
  'Right ones in pictures',
  gallery.filter(({ right }) => right),
)}
<p class="note">${NOTE}</p>`;
}

function card({ id, title, right, pictures }: GalleryItem): Markup {
  const images = pictures.map(({ caption, png }) => {
    const source = `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
    return markup`<div><img src="${source}" alt="${caption} of ${id}"><span>${caption}</span></div>`;
  });
  return markup`<figure class="sample ${right ? 'right' : 'wrong'}">
<figcaption><strong>${title}</strong><span>${id}</span></figcaption><div class="pictures">${images}</div></figure>\n`;
}
