import type { ModelFile } from '@mer/predictor';
import { stringify } from 'yaml';
import { scoreTitles } from '../summaries/score-names.js';
import { cellText } from '../summaries/score-text.js';
import { cellOf } from '../summaries/trained-summary.js';

/** What stands where nobody said under which license. */
export const NOT_STATED = 'not stated';

/** Where the page on intended use is. */
export interface ModelCardOptions {
  /** Address of the documentation. */
  homepage: string;
}

/**
 * The model card of an exported network, `README.md`: Markdown that begins with the metadata that hubs of models read, then what it is for, what it cannot do, what it was trained
 * on, what to expect of it and how to load it.
 */
export function modelCard(file: ModelFile, { homepage }: ModelCardOptions): string {
  const { name, description, model, classes, labelKind, data, license, expected, weights, encoding } = file;
  const bytes = weights.reduce((sum, member) => sum + member.bytes, 0);
  const title = description === undefined ? '' : `\n${description.trim().replace(/\s+/g, ' ')}\n`;
  const members =
    weights.length === 1
      ? `A network of the architecture \`${model.name}\``
      : `${weights.length} networks of the architecture \`${model.name}\`, whose mean probability counts`;
  const parts = file.parts.map(({ kind, name: part }) => `the ${kind} \`${part}\``);
  return `---
${stringify(metadata(file)).trimEnd()}
---

# ${name}
${title}
${members}, exported by [mer](${homepage}), to tell ${labelKind === 'multiple' ? 'the labels' : 'the classes'} ${list(classes)} of a facial micro-expression in a ${file.samples === 'clips' ? 'clip' : 'picture made of a clip'}.

## What it is for, and what it is not

For research on facial micro-expressions and for teaching. A movement of the face is no feeling: the network learned what coders said about clips that were provoked in a
laboratory. Do not use it to judge single people: not for hiring, school, police, border, insurance, credit, care or lie detection. Read
[intended use and limits](${homepage}/intended-use.html) before you use it on people, and the law where you are.

## What to expect of it

${expected.note}
${scoreTable(file)}
Scores on other people, cameras, lights and ages are not known, and are lower: measure them before you say anything. Its probabilities are not calibrated, and it gives a class for every clip, also for one
without an expression; what shows no face, or nothing that moves, is refused by the limits in \`model.json\`.

## What it was trained on

${data.map((set) => `- ${set.name}${set.samples === null ? '' : `: ${set.samples} samples${set.subjects === null ? '' : ` of ${set.subjects} subjects`}`}`).join('\n')}

License of the data: ${license.data}. Weights learned from licensed faces may count as derived from them: whoever passes them on asks the makers of the data.

License of the weights: ${license.weights}.

## How it sees a clip

- ${file.face === null ? 'Pictures as they are.' : file.face.by === 'steps' ? 'Faces are aligned by its own steps, by 68 points.' : `Faces fill the picture; a small one is cut out to ${file.face.size} pixels.`}
- Frames a second of the recordings it was trained on: ${file.frameRates.length === 0 ? 'not known' : list(file.frameRates.map(String))}.
- Marks that it needs: ${file.marks.length === 0 ? 'none' : `${list(file.marks)}; those that are not given are spotted`}.
${file.inputs.map((input) => `- Input \`${input.name}\`, [${input.shape.join(', ')}]: ${input.steps.length === 0 ? 'as it is' : input.steps.map(({ step }) => step).join(', ')}.`).join('\n')}

## How to load it

\`\`\`sh
npm install @mer/predictor @tensorflow/tfjs-core @tensorflow/tfjs-layers @tensorflow/tfjs-backend-wasm
\`\`\`

\`\`\`js
import { loadPredictor } from '@mer/predictor';

const network = await loadPredictor(folder); // this folder, or its address
const answer = await network.predict(video);
console.log(answer.answered ? answer.predicted : answer.reason);
network.dispose();
\`\`\`
${parts.length === 0 ? '' : `\nIt needs own parts, which are not in this folder and are given by \`parts\`: ${list(parts)}.\n`}
\`model.json\` says everything that a program needs: the network, every step, classes, limits, and the SHA-256 of each file of weights.

## Files

| file | seed | fold | bytes | SHA-256 |
| --- | --- | --- | ---: | --- |
${weights.map((member) => `| ${member.file} | ${member.seed ?? ''} | ${(member.fold ?? (member.seed === null ? 'not stated' : 'all subjects')).replace(/[|\\\n]/g, ' ')} | ${member.bytes} | ${member.sha256} |`).join('\n')}

Weights are ${ENCODED[encoding]}; ${bytes} bytes in all.
`;
}

const ENCODED: Readonly<Record<ModelFile['encoding'], string>> = {
  float32: 'float32, as they were trained',
  float16: 'half floats (biases and statistics float32)',
  int8: 'whole numbers of 8 bits with a scale for each output channel (small ones float32)',
};

const list = (words: readonly string[]) =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

/** What hubs read: https://huggingface.co/docs/hub/model-cards#model-card-metadata. */
function metadata(file: ModelFile): object {
  const { license, model, data, expected, samples, labelKind, name } = file;
  const task = samples === 'clips' ? 'video-classification' : 'image-classification';
  const known = /^[a-z0-9][a-z0-9.-]*$/.test(license.weights.toLowerCase());
  const { evaluation } = expected;
  const metrics = scoreTitles(labelKind).flatMap(({ name: score, title }) => {
    const found = evaluation?.scores[score];
    const type = METRICS[score];
    return found && type ? [{ type, name: title, value: found.value }] : [];
  });
  return {
    ...(license.weights !== NOT_STATED && known && { license: license.weights.toLowerCase() }),
    ...(license.weights !== NOT_STATED && !known && { license: 'other', license_name: license.weights }),
    library_name: 'mer',
    pipeline_tag: task,
    tags: ['micro-expression', 'facial-expression', 'tensorflow.js', 'safetensors', model.name],
    datasets: data.map((set) => set.name),
    ...(evaluation && {
      'model-index': [
        {
          name,
          results: [
            {
              task: { type: task },
              dataset: { name: `${evaluation.dataset} (${evaluation.protocol})`, type: evaluation.dataset },
              metrics,
            },
          ],
        },
      ],
    }),
  };
}

/** What hubs call our scores. */
const METRICS: Readonly<Record<string, string>> = {
  uf1: 'f1',
  uar: 'recall',
  accuracy: 'accuracy',
  microF1: 'f1',
  samplesF1: 'f1',
};

function scoreTable({ expected: { evaluation }, labelKind }: ModelFile): string {
  if (!evaluation) return '';
  const { run, hash, protocol, epochChoice, dataset, n, subjects, seeds, scores } = evaluation;
  const rows = scoreTitles(labelKind).flatMap(({ name, title }) => {
    const score = scores[name];
    return score ? [`| ${title} | ${cellText(cellOf(score))} |`] : [];
  });
  return `
| score | value [95 % interval over subjects] |
| --- | --- |
${rows.join('\n')}

Of ${run} on ${dataset}: ${protocol}, n = ${n}, ${subjects} subjects, epoch choice ${epochChoice}, ${seeds.length > 1 ? `mean of seeds ${seeds.join(', ')}` : `seed ${seeds.join('') || 'not known'}`}, hash ${hash}.
`;
}
