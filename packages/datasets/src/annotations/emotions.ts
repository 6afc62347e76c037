/** Emotion labels of the data sets, in one spelling. */
export const emotions = Object.freeze([
  'happiness',
  'surprise',
  'disgust',
  'repression',
  'sadness',
  'fear',
  'anger',
  'contempt',
  'tense',
  'others',
  'negative',
  'positive',
] as const);

/** An emotion label in the spelling of this package. */
export type Emotion = (typeof emotions)[number];

const synonyms: Readonly<Record<string, Emotion>> = {
  happy: 'happiness',
  sad: 'sadness',
  angry: 'anger',
  fearful: 'fear',
  tension: 'tense',
  other: 'others',
};

/**
 * The emotion that a cell names, whatever its case and form (`Happy`, `happiness`, `Other`, `others`); undefined for a word
 * that no data set uses.
 */
export function parseEmotion(text: string): Emotion | undefined {
  const word = text.trim().toLowerCase();
  return synonyms[word] ?? emotions.find((emotion) => emotion === word);
}

/** Objective classes of Davison et al.: groups of action units, I to VII. */
export const objectiveClasses = Object.freeze(['I', 'II', 'III', 'IV', 'V', 'VI', 'VII'] as const);

/** An objective class. */
export type ObjectiveClass = (typeof objectiveClasses)[number];

/** The objective class that a cell names (`IV`, `iv`, `4`); null where it names none. */
export function parseObjectiveClass(text: string): ObjectiveClass | null {
  const word = text.trim().toUpperCase();
  return objectiveClasses.find((name, i) => name === word || String(i + 1) === word) ?? null;
}
