const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  '#34': '"',
  '#39': "'",
};

/** What stands in every element of a name in an answer of S3; elements in elements are none of those asked for. */
export function tagsOf(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, text]) =>
    text!.replace(/&(#?\w+);/g, (whole, entity: string) => ENTITIES[entity] ?? whole),
  );
}

/** The first of {@link tagsOf}. */
export function tagOf(xml: string, name: string): string | undefined {
  return tagsOf(xml, name)[0];
}
