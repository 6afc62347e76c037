import type { MotionExplanation } from './explain-motion.js';
import { explanationRows, explanationText } from './explanation-text.js';

/** One message for a language model, as APIs of the form of OpenAI's take it. */
export interface PromptMessage {
  readonly role: 'system' | 'user';
  readonly content: string;
}

/**
 * Writes what a language model would be asked about an explanation: the table of regions, the sentences, and the classes it may name. Nothing is sent anywhere.
 *
 * @param explanation - as {@link explainMotion} gives it
 * @param options - names to choose among; those of MEGC 2019 by default
 * @returns two messages
 * @throws RangeError where there are fewer than two classes
 *
 * @example
 * ```ts no-run
 * import { explainMotion, explanationPrompt } from '@mer/spotting';
 *
 * const messages = explanationPrompt(await explainMotion(recording, { onset: 0, apex: 12 }), { classes: ['happiness', 'disgust', 'surprise'] });
 * ```
 *
 * Reference: the idea of MELLM (arXiv 2505.07007); the words are this project's own, not those its model was trained on.
 */
export function explanationPrompt(
  explanation: MotionExplanation,
  { classes = ['negative', 'positive', 'surprise'] }: { classes?: readonly string[] } = {},
): PromptMessage[] {
  if (classes.length < 2) {
    throw new RangeError(
      `Cannot write a prompt as there must be two classes at least: current number is ${classes.length}`,
    );
  }
  const table = explanationRows(explanation)
    .map((cells) => `| ${cells.join(' | ')} |`)
    .flatMap((line, i) => (i === 0 ? [line, '|---|---|---|---|---|'] : [line]))
    .join('\n');
  return [
    {
      role: 'system',
      content:
        'You judge facial micro-expressions by measured motion of the skin, with the motion of the head taken off. Measurements are noisy and action units are only suggested by directions. Do not claim more than they show, and say so where they do not tell.',
    },
    {
      role: 'user',
      content: [
        `Motion of a face between the first and the strongest frame of a micro-expression (pixels of a face square of 256; left and right as in the picture; below ${explanation.least} is still):`,
        '',
        table,
        '',
        explanationText(explanation),
        '',
        `Which of these classes fits best: ${classes.join(', ')}? Answer with the class on the first line, then in two or three sentences which regions speak for it and which against it.`,
      ].join('\n'),
    },
  ];
}
