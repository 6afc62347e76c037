// Reading clips beside sharp alone: the same JPEG files (640x480, 67 frames a clip), the same number at a time, one clip of each
// in turn; medians, and the median of the ratios of neighbouring steps, of wall time and of processor time (which other work on
// the machine disturbs less). Then memory over many clips, and the inspection of 255.
//
//   node benchmarks/datasets.mjs [--clips 255] [--rounds 15] [--decoders 4] [--backend wasm] [--data ../shared/data] [--no-csv]
//
// Packages must be built. Frames are those of <data>/face-clip where there is one, made-up ones elsewhere; clips share them by
// hard links. Results: benchmarks/results/datasets.csv.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { link, mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { useBackend } from '@mer/backends';
import { inspectFolder, openClipFolder } from '@mer/datasets';

// the sharp that @mer/io reads with
const sharp = createRequire(new URL('../packages/io/package.json', import.meta.url))('sharp');
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: options } = parseArgs({
  options: {
    clips: { type: 'string', default: '255' },
    rounds: { type: 'string', default: '15' },
    decoders: { type: 'string', default: '4' },
    data: { type: 'string', default: here('../../shared/data') },
    backend: { type: 'string', default: 'wasm' },
    'no-csv': { type: 'boolean', default: false },
  },
});
const [clips, rounds, decoders] = [options.clips, options.rounds, options.decoders].map(Number);
const [width, height, length] = [640, 480, 67];
const home = mkdtempSync(join(tmpdir(), 'mer-bench-'));
const real = existsSync(join(options.data, 'face-clip'));
const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

async function writeSet() {
  const pictures = [];
  for (let frame = 1; frame <= length; frame++) {
    const source = real
      ? sharp(join(options.data, 'face-clip', `img${1 + ((frame - 1) % 60)}.jpg`)).resize(width, height, {
          fit: 'cover',
        })
      : sharp({
          create: {
            width,
            height,
            channels: 3,
            background: '#888',
            noise: { type: 'gaussian', mean: 128, sigma: 9 + frame },
          },
        }).blur(2);
    pictures.push(await source.jpeg({ quality: 92 }).toBuffer());
  }
  const rows = ['subject,clip,label'];
  for (let clip = 0; clip < clips; clip++) {
    const [subject, name] = [`s${clip % 26}`, `c${clip}`];
    rows.push(`${subject},${name},${clip % 5}`);
    await mkdir(join(home, subject, name), { recursive: true });
    for (const [frame, bytes] of pictures.entries()) {
      const path = join(home, subject, name, `img${frame + 1}.jpg`);
      if (clip === 0) await writeFile(path, bytes);
      else await link(join(home, 's0', 'c0', `img${frame + 1}.jpg`), path);
    }
  }
  await writeFile(join(home, 'manifest.csv'), rows.join('\n'));
}

/** Sharp alone, `decoders` files at a time. */
async function sharpAlone(files) {
  let next = 0;
  const worker = async () => {
    while (next < files.length) await sharp(files[next++]).raw().toBuffer();
  };
  await Promise.all(Array.from({ length: decoders }, worker));
}

async function timed(work) {
  const [start, used] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(used);
  return { wall: performance.now() - start, cpu: (user + system) / 1000 };
}

try {
  const backend = await useBackend(options.backend);
  await writeSet();
  const dataset = await openClipFolder({ root: home, decoders });
  const filesOf = (index) => {
    const { folder, files } = dataset.frames(index);
    return files.map((file) => join(home, folder, file));
  };
  const read = async (index, wanted) => (await dataset.readClip(index, wanted)).frames.dispose();
  const common = {
    date: new Date().toISOString().slice(0, 10),
    frames: real ? 'face-clip' : 'made up',
    sharp: sharp.versions.sharp,
    tfjs: backend.version,
    node: process.version,
    hardware: `${cpus()[0].model.trim()} x ${cpus().length}`,
  };
  const rows = [];
  for (const [workload, wanted] of [
    ['read as stored', {}],
    ['read as 224x224', { size: 224 }],
  ]) {
    const [ours, theirs, ratios, cpuRatios] = [[], [], [], []];
    for (let round = -1; round < rounds; round++) {
      const index = (round + 1) % clips;
      // each goes first in turn
      const steps = [() => read(index, wanted), () => sharpAlone(filesOf(index))];
      const times = [];
      for (const which of round % 2 ? [1, 0] : [0, 1]) times[which] = await timed(steps[which]);
      if (round < 0) continue; // one round to warm up
      ours.push(times[0].wall);
      theirs.push(times[1].wall);
      ratios.push(times[0].wall / times[1].wall);
      cpuRatios.push(times[0].cpu / times[1].cpu);
    }
    rows.push({
      workload,
      value: ((1000 * length) / median(ours)).toFixed(0),
      unit: 'frames/s',
      reference: ((1000 * length) / median(theirs)).toFixed(0),
      ratio: median(ratios).toFixed(3),
      cpu_ratio: median(cpuRatios).toFixed(3),
      rounds,
    });
  }
  const rss = [];
  for (let index = 0; index < clips; index++) {
    await read(index, { size: 224 });
    rss.push(process.memoryUsage.rss() / 2 ** 20);
  }
  const at = (share) => Math.max(...rss.slice(0, Math.ceil(share * rss.length)));
  rows.push({
    workload: `peak memory after ${clips} clips (reference: after a quarter of them)`,
    value: at(1).toFixed(0),
    unit: 'MiB',
    reference: at(0.25).toFixed(0),
    ratio: (at(1) / at(0.25)).toFixed(3),
    cpu_ratio: '',
    rounds: 1,
  });
  const seconds = (await timed(() => inspectFolder('clip-folder', { root: home }, { images: 'check' }))).wall / 1000;
  rows.push({
    workload: `inspect ${clips} clips, every picture looked at`,
    value: seconds.toFixed(1),
    unit: 's',
    reference: '',
    ratio: '',
    cpu_ratio: '',
    rounds: 1,
  });
  for (const { workload, value, unit, reference, ratio, cpu_ratio: cpu } of rows) {
    console.log(
      `${workload}: ${value} ${unit}${reference && `, reference ${reference} ${unit}, ratio ${ratio}`}${cpu && ` (processor time ${cpu})`}`,
    );
  }
  if (!options['no-csv']) {
    const file = here('results/datasets.csv');
    mkdirSync(here('results'), { recursive: true });
    const lines = rows.map((row) => {
      const { date, ...rest } = common;
      return Object.values({ date, ...row, decoders, backend: options.backend, ...rest })
        .map((value) => `"${String(value).replaceAll('"', '""')}"`)
        .join(',');
    });
    const key = (text) => [1, 9, -1].map((at) => text.split('","').at(at)).join();
    const fresh = new Set(lines.map(key));
    const kept = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').slice(1) : [];
    const header =
      'date,workload,value,unit,reference,ratio,cpu_ratio,rounds,decoders,backend,frames,sharp,tfjs,node,hardware';
    writeFileSync(file, `${[header, ...kept.filter((text) => !fresh.has(key(text))), ...lines].join('\n')}\n`);
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}
