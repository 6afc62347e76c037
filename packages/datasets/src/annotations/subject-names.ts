/** Names of subjects that may be one person's. */
export interface SubjectDoubts {
  /** Groups that differ in case, leading zeros, spaces and punctuation alone. */
  certain: readonly (readonly string[])[];
  /** Groups that differ in the word before the number: `1`, `S01`, `Sub01`. */
  likely: readonly (readonly string[])[];
}

/** One spelling for names that differ in case, leading zeros, spaces and punctuation; between two numbers a mark stays a mark. */
const plain = (subject: string) =>
  subject
    .normalize('NFKC')
    .toLowerCase()
    .replace(/(?<=\d)[^\p{L}\p{N}]+(?=\d)/gu, '-')
    .replace(/[^\p{L}\p{N}-]+|(?<!\d)-|-(?!\d)/gu, '')
    .replace(/\d+/g, (digits) => digits.replace(/^0+(?=\d)/, ''));

/** What people write before the number of a subject. */
const words = /^(?:subject|subj|sub|sbj|participant|part|person|proband|vp|pp|p|spno|s|number|no|nr|id)?(?=\d+$)/;

/** A subject without its word and zeros: `S01`, `sub1` and `1` are `1`. */
export const bareSubject = (name: string) => plain(name).replace(words, '');

/** Finds subjects of one data set that are one subject in several spellings, or may be. */
export function subjectDoubts(subjects: Iterable<string>): SubjectDoubts {
  const groups = (names: Iterable<string>, keyOf: (name: string) => string) => {
    const found = new Map<string, string[]>();
    for (const name of names) found.set(keyOf(name), [...(found.get(keyOf(name)) ?? []), name]);
    return [...found.values()];
  };
  const spelled = groups(new Set(subjects), plain);
  const firsts = groups(
    spelled.map(([first]) => first!),
    bareSubject,
  );
  return {
    certain: spelled.filter((group) => group.length > 1),
    likely: firsts.filter((group) => group.length > 1),
  };
}
