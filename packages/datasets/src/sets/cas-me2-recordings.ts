import { framesOption } from '../adapters/annotated-options.js';
import { defineRecordings } from '../recordings/define-recordings.js';
import type { ExpressionRow, FoundRecording } from '../recordings/recording-declaration.js';
import { casMe2, casMe2Corrections, casMe2Trees, readCasMe2 } from './cas-me2.js';

/** The definition of the whole videos of CAS(ME)^2. */
export const casMe2Recordings = /* @__PURE__ */ defineRecordings({
  name: 'cas-me2-recordings',
  dataset: 'cas-me2',
  title: 'CAS(ME)^2, whole: 98 videos of 22 subjects with 300 macro- and 57 micro-expressions, 30 frames per second',
  paper: casMe2.paper!,
  fps: 30,
  layout: "'rawpic/s15/15_0101disgustingteeth/img001.jpg'",
  corrections: casMe2Corrections,
  options: { frames: framesOption() },
  recognize: (look) => casMe2.recognize(look),
  async read(context) {
    const { folder, note } = context;
    const codes = new Map<string, string>();
    const rows = (await readCasMe2(context)).flatMap((row): ExpressionRow[] => {
      const { type, video = '', code = '', ...extra } = row.extra ?? {};
      if (code === '') {
        const message = `its video '${video}' has no code in the sheet naming rule2`;
        note({ severity: 'error', key: `${row.subject}/${row.clip}`, message, ...row.source });
        return [];
      }
      codes.set(video, code);
      return [{ ...row, kind: type === 'micro' ? 'micro' : 'macro', recording: nameOf(row.subject, code), extra }];
    });
    const { kind, paths } = await casMe2Trees(context);
    const recordings: FoundRecording[] = [];
    for (const path of paths) {
      for (const { kind: of, name: subject } of (await folder.list(path)) ?? []) {
        if (of !== 'folder' || !/^s\d{1,2}$/i.test(subject)) continue;
        const inside = path ? `${path}/${subject}` : subject;
        for (const { kind: one, name } of (await folder.list(inside)) ?? []) {
          // 15_0101disgustingteeth, or the video's own name
          const code = /^\d+_(\d{4})/.exec(name)?.[1] ?? codes.get(name.toLowerCase());
          if (one !== 'folder' || code === undefined) continue;
          const lower = subject.toLowerCase();
          recordings.push({ subject: lower, recording: nameOf(lower, code), folder: `${inside}/${name}` });
        }
      }
    }
    return { kind, rows, recordings };
  },
});

/** A recording as its folder begins: `15_0101`. */
const nameOf = (subject: string, code: string) => `${subject.replace(/^s/i, '')}_${code}`;
