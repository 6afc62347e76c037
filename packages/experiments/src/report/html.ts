import { formatNote } from '@mer/datasets';
import { memoryPlanText } from '@mer/training';
import { stringify } from 'yaml';
import { classesText, contextOf, epochText, untrainedText } from '../summaries/context.js';
import { dataText, saysSomething } from '../summaries/data-text.js';
import { four } from '../summaries/score-text.js';
import type { GalleryItem } from './gallery-item.js';
import { galleryMarkup } from './gallery-markup.js';
import { type Markup, markup } from './markup.js';
import { pageHead } from './page-head.js';
import type { ReportData } from './report-data.js';
import { headline, missingNote, oracleSection, scoresSection } from './scores-markup.js';
import { dataTable, figureMarkup, percentage } from './table-markup.js';

/** What the page shows beside the data. */
export interface PageParts {
  /** Figures by name, as SVG in the colors of the page. */
  figures: Readonly<Record<string, string>>;
  /** Samples with pictures. */
  gallery: readonly GalleryItem[];
}

const FOOTNOTES = {
  single:
    'UF1: mean of the classes’ F1. UAR: mean of the classes’ recall. Both are computed from the pooled predictions of all folds.',
  multiple: [
    'Macro F1: mean of the labels’ F1. Micro F1: of the decisions about all labels together.',
    'Samples F1: mean of the samples’ F1; of a sample without labels it is 0. Subset accuracy: samples with every label right.',
    'Hamming loss: share of wrong decisions, less is better. All are computed from the pooled predictions of all folds.',
  ].join(' '),
};

/** The report as one HTML document: no scripts, nothing loaded. */
export function reportHtml(data: ReportData, { figures, gallery }: PageParts): string {
  const { summary, experiment } = data;
  const drawn = (name: string) => figures[name] !== undefined && figureMarkup(name, figures[name]);
  const sections: [id: string, title: string, content: Markup | undefined][] = [
    ['scores', 'Scores', scoresSection(data, drawn('scores'))],
    ['oracle', 'Oracle: not comparable', oracleSection(summary)],
    ['confusion', 'Confusion matrix', confusionSection(data, figures)],
    [
      'classes',
      summary.labelKind === 'multiple' ? 'Labels' : 'Classes',
      markup`<div class="side tight">${drawn('class-scores')}${classTable(data)}</div>`,
    ],
    [
      'subjects',
      'Subjects',
      markup`${drawn('subject-accuracy')}<p class="note">${subjectsNote(summary)}</p>
<details><summary>Table of subjects</summary>${subjectTable(data)}</details>`,
    ],
    [
      'curves',
      'Learning curves',
      figures['learning-curves-loss'] === undefined
        ? undefined
        : markup`<div class="side">${drawn('learning-curves-loss')}${drawn('learning-curves-accuracy')}</div><p class="note">${curvesNote(data)}</p>`,
    ],
    ['samples', 'Samples', samplesSection(data, gallery)],
    ['data', 'Data', dataSection(summary)],
    ['environment', 'Environment', environmentSection(data)],
  ];
  const shown = sections.filter((section): section is [string, string, Markup] => section[2] !== undefined);
  return markup`${pageHead(`${summary.name}: report`, 'img-src data:')}
<body>
<main>
<header>
<h1>${summary.name}</h1>
${experiment.description !== undefined && markup`<p class="lead">${experiment.description}</p>`}
${missingNote(data)}
${headline(data)}
${whatWasRun(data)}
<nav aria-label="Sections">${shown.map(([id, title]) => markup`<a href="#${id}">${title}</a> `)}</nav>
</header>
${shown.map(([id, title, content]) => markup`<section id="${id}"><h2>${title}</h2>${content}</section>\n`)}
<footer><p class="note">Written by mer ${data.environment.versions['mer'] ?? ''}. ${FOOTNOTES[summary.labelKind ?? 'single']}</p></footer>
</main>
</body>
</html>
`.text;
}

function whatWasRun({ summary, missing }: ReportData): Markup {
  const { dataset, model, protocol, classes, n, subjects, seeds, folds, backend, untrained = [] } = summary;
  const several = summary.labelKind === 'multiple';
  const rows: [string, string][] = [
    ['Data set', dataset],
    ['Model', model],
    ['Protocol', `${protocol}, ${folds.perSeed} folds`],
    ['Epoch choice', epochText(summary).replace('epoch: ', '')],
    ['Samples', `n = ${n}, ${subjects} subjects`],
    [`${several ? 'Labels' : 'Classes'} (${classes.length})`, classes.join(', ')],
    ...(several ? [['Predicted', classesText(summary).replace(/^.*, /, '')] as [string, string]] : []),
    ...(untrained.length > 0 ? [['Untrained', untrainedText(untrained)] as [string, string]] : []),
    [seeds.length > 1 ? `Seeds (${seeds.length})` : 'Seed', seeds.join(', ')],
    ['Folds done', `${folds.done} of ${folds.total}${missing.length > 0 ? ': INCOMPLETE' : ''}`],
    ['Backend', backend],
  ];
  return markup`<dl>${rows.map(([term, text]) => markup`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl>`;
}

function confusionSection({ summary }: ReportData, figures: PageParts['figures']): Markup | undefined {
  const { seeds } = summary;
  if (figures['confusion-matrix'] === undefined) return undefined;
  const each = seeds.filter((seed) => figures[`confusion-matrix-seed-${seed}`] !== undefined);
  const together = seeds.length > 1 ? `. The seeds together: each sample counts ${seeds.length} times` : '';
  const ofSeeds = each.map((seed) => {
    const name = `confusion-matrix-seed-${seed}`;
    return figureMarkup(name, figures[name]!, `seed ${seed}`);
  });
  return markup`${figureMarkup('confusion-matrix', figures['confusion-matrix'])}
<p class="note">${contextOf(summary)}. Rows are the truth; shares are of the row${together}.</p>
${each.length > 0 && markup`<details><summary>Each seed</summary><div class="side">${ofSeeds}</div></details>`}`;
}

function classTable({ summary, perClass }: ReportData): Markup {
  return dataTable({
    caption: `Scores of each ${summary.labelKind === 'multiple' ? 'label' : 'class'}`,
    context: `${contextOf(summary)}${summary.seeds.length > 1 ? '; the seeds together' : ''}`,
    header: [summary.labelKind === 'multiple' ? 'label' : 'class', 'recall', 'precision', 'F1', 'samples', 'predicted'],
    rows: perClass.map(({ name, recall, precision, f1, support, predicted }) => [
      name,
      four(recall),
      four(precision),
      four(f1),
      String(support),
      String(predicted),
    ]),
  });
}

function subjectTable({ summary, subjects }: ReportData): Markup {
  const { seeds } = summary;
  const right = summary.labelKind === 'multiple' ? 'right labels' : 'right';
  return dataTable({
    caption: `Right ${summary.labelKind === 'multiple' ? 'labels' : 'predictions'} of each subject`,
    context: contextOf(summary),
    header: [
      'data set',
      'subject',
      'samples',
      ...seeds.map((seed) => (seeds.length > 1 ? `${right}, seed ${seed}` : right)),
      'accuracy',
    ],
    text: 2,
    rows: subjects.map(({ dataset, subject, n, accuracy, perSeed }) => [
      dataset,
      subject,
      String(n),
      ...seeds.map((seed) => String(perSeed.find((other) => other.seed === seed)?.correct ?? '–')),
      percentage(accuracy),
    ]),
  });
}

function subjectsNote(summary: ReportData['summary']): string {
  const seeds = summary.seeds.length > 1 ? ', the mean over seeds' : '';
  const what = summary.labelKind === 'multiple' ? 'labels that are there or not as predicted' : 'right predictions';
  return `Bars: share of ${what}${seeds}. Dashed: all samples. ${contextOf(summary)}.`;
}

function curvesNote({ summary }: ReportData): string {
  const validation =
    summary.epochChoice === 'validation' ? 'Validation subjects are held out of the training part of each fold. ' : '';
  return `Thin: one fold each; thick: their median. ${validation}Nothing of the test subjects is drawn.`;
}

function samplesSection({ summary, mistakes, surest }: ReportData, gallery: readonly GalleryItem[]): Markup {
  const several = summary.seeds.length > 1;
  const table = (caption: string, list: ReportData['mistakes']) =>
    dataTable({
      caption,
      context: contextOf(summary),
      header: ['sample', 'truth', 'predicted', 'confidence', ...(several ? ['seed', 'wrong in'] : [])],
      text: 3,
      rows: list.map(({ id, truth, predicted, confidence, seed, wrong, seeds }) => [
        id,
        truth,
        predicted,
        percentage(confidence),
        ...(several ? [String(seed), `${wrong} of ${seeds} seeds`] : []),
      ]),
    });
  const confidence =
    summary.labelKind === 'multiple'
      ? 'the probability that every label is as predicted, as if labels were independent'
      : 'the softmax of the predicted class';
  return markup`<p class="note">Confidence: ${confidence}; it is not calibrated.${several ? ' Each sample stands once, with the seed that was surest.' : ''}</p>
<div class="side">${mistakes.length > 0 ? table('The worst mistakes: wrong, and surest of it', mistakes) : markup`<p>No sample is predicted wrongly.</p>`}
${surest.length > 0 && table('Right, and surest of it, for each class', surest)}</div>
${galleryMarkup(gallery)}`;
}

/** What the samples were read from, and what was corrected, left out and doubted. */
function dataSection({ data, dataset }: ReportData['summary']): Markup | undefined {
  if (!data || !saysSomething(data)) return undefined;
  const rows = data.notes.map((note) => [note.severity, formatNote(note)]);
  const files = data.annotationFiles.map((one) => [one.dataset, one.file, String(one.rows), one.sha256 ?? '']);
  return markup`<p>${dataText(data)}.</p>
${files.length > 0 && dataTable({ caption: 'Annotations read', context: dataset, header: ['data set', 'file', 'rows', 'SHA-256'], text: 4, rows: files })}
${rows.length > 0 && markup`<details><summary>Every note (${rows.length})</summary>${dataTable({ caption: 'Notes on the source', context: dataset, header: ['', 'note'], text: 2, rows })}</details>`}`;
}

/** Where, when and with what a run was made, and its experiment. */
export function environmentSection({
  environment,
  experiment,
  missing,
}: Pick<ReportData, 'environment' | 'experiment' | 'missing'>): Markup {
  const { hash, fingerprint, backend, memory, versions, hardware, created, seconds } = environment;
  const { microBatch } = experiment.training;
  const rows = [
    ['Begun', created],
    ['Time of all folds', duration(seconds)],
    ['Backend', `${backend.name} (${backend.device})`],
    ['Hardware', `${hardware.cpu}, ${hardware.cores} cores, ${hardware.platform}`],
    [
      'Versions',
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
    ...(memory ? [['Training step', memoryPlanText(memory).join('; ')]] : []),
    ...(microBatch === undefined
      ? []
      : [
          [
            'Micro-batches',
            `${microBatch} samples at a time: batch statistics, where the network has any, are those of a micro-batch, not of the whole batch`,
          ],
        ]),
    ['Experiment hash', hash],
    ['Data fingerprint', fingerprint],
  ];
  return markup`${dataTable({ caption: 'Where, when and with what', header: [], rows, text: 2 })}
<details><summary>The experiment, every default filled in</summary><pre>${stringify(experiment)}</pre></details>
${missing.length > 0 && markup`<details><summary>Folds that are not done (${missing.length})</summary><p>${missing.map(({ seed, name }) => `${name} (seed ${seed})`).join(', ')}</p></details>`}`;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${seconds.toFixed(1)} s`;
  if (seconds < 5400) return `${(seconds / 60).toFixed(1)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
