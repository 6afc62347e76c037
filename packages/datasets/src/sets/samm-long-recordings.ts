import { choice } from '@mer/options';
import { withOnset } from '../adapters/with-onset.js';
import { defineRecordings } from '../recordings/define-recordings.js';
import type { ExpressionRow } from '../recordings/recording-declaration.js';
import { readSammLong, sammLong, sammLongVideos } from './samm-long.js';

/** The definition of the whole videos of SAMM Long Videos. */
export const sammLongRecordings = /* @__PURE__ */ defineRecordings({
  name: 'samm-long-recordings',
  dataset: 'samm-long',
  title:
    'SAMM Long Videos, whole: 147 videos of 30 subjects with 343 macro- and 159 micro-movements, 200 frames per second',
  paper: sammLong.paper!,
  fps: 200,
  layout: "'SAMM_longvideos/006_1/006_1_0001.jpg'",
  options: {
    began: choice(
      'Macro-movements that began before the recording (onset 0 or 1): keep them from the first frame on, or leave them out as the release advises.',
      ['keep', 'drop'],
      { default: 'keep' },
    ),
  },
  recognize: (look) => sammLong.recognize(look),
  async read(context) {
    const rows = await readSammLong(context);
    const { began } = context.options;
    const expressions = rows.flatMap((row): ExpressionRow[] => {
      const { label: kind, video = '', ...extra } = row.extra ?? {};
      const note = (severity: 'error' | 'dropped', message: string) =>
        void context.note({ severity, key: `${row.subject}/${row.clip}`, message, ...row.source });
      if (kind !== 'micro' && kind !== 'macro') {
        note('error', `Type must begin with Macro or Micro: current value is '${kind}'`);
        return [];
      }
      if (began === 'drop' && kind === 'macro' && Number(row.onset) < 2) {
        note(
          'dropped',
          `the movement began before the recording (onset ${row.onset}), and the option began leaves it out`,
        );
        return [];
      }
      return [{ ...row, kind, recording: video, extra }];
    });
    const videos = await sammLongVideos(context);
    return {
      kind: 'videos',
      rows: withOnset(expressions, 'repeated'),
      recordings: [...videos].map(([recording, folder]) => ({
        subject: recording.slice(0, 3),
        recording,
        folder,
      })),
    };
  },
});
