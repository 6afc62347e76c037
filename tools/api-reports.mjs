/**
 * What every package shows to the outside, as text that a review can read: packages/*\/api/<entry>.api.md, written by API Extractor from the declarations.
 *
 *   npm run check:api               exit status 1 where a report is not what the declarations say      (needs a build)
 *   npm run check:api -- --update   writes the reports
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CompilerState, Extractor, ExtractorConfig } from '@microsoft/api-extractor';

const root = fileURLToPath(new URL('..', import.meta.url));
const update = process.argv.includes('--update');

/** Every entry of every package that has declarations. */
const entries = readdirSync(join(root, 'packages'))
  .sort()
  .flatMap((name) => {
    const folder = join(root, 'packages', name);
    const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return Object.entries(exports).flatMap(([entry, target]) =>
      [
        [entry === '.' ? 'index' : entry.slice(2), target.types],
        [`${entry === '.' ? 'index' : entry.slice(2)}.browser`, target.browser?.types],
      ]
        .filter(([, types]) => types !== undefined)
        .map(([report, types]) => ({ name, folder, report, types: join(folder, types) })),
    );
  });

const missing = entries.find(({ types }) => !existsSync(types));
if (missing) {
  console.error(`Cannot read ${missing.types} as the packages must be built: npm run build`);
  process.exit(2);
}

const configs = entries.map((entry) => ({ entry, config: configOf(entry) }));
// one program for all: the declarations of tfjs are read once
const compilerState = CompilerState.create(configs[0].config, {
  additionalEntryPoints: configs.slice(1).map(({ entry }) => entry.types),
});
let faults = 0;
for (const { entry, config } of configs) {
  const said = [];
  const { apiReportChanged } = Extractor.invoke(config, {
    compilerState,
    localBuild: update,
    messageCallback(message) {
      message.handled = true;
      if (message.logLevel === 'error') said.push(message.text);
    },
  });
  for (const text of said) console.error(`@mer/${entry.name}: ${text}`);
  if (said.length > 0 || (apiReportChanged && !update)) faults += 1;
  if (!apiReportChanged) continue;
  if (update) console.log(`wrote packages/${entry.name}/api/${entry.report}.api.md`);
  else console.error(`packages/${entry.name}/api/${entry.report}.api.md is not what @mer/${entry.name} shows`);
}
const known = new Set(entries.map(({ name, report }) => `${name}/api/${report}.api.md`));
for (const name of new Set(entries.map((entry) => entry.name))) {
  const folder = join(root, 'packages', name, 'api');
  for (const file of existsSync(folder) ? readdirSync(folder) : []) {
    if (known.has(`${name}/api/${file}`)) continue;
    if (update) rmSync(join(folder, file));
    else {
      faults += 1;
      console.error(`packages/${name}/api/${file} is of no entry`);
    }
  }
}
if (faults > 0) {
  console.error('npm run check:api -- --update writes the reports: commit them with the change');
  process.exit(1);
}
console.log(`${entries.length} API reports, ${process.uptime().toFixed(1)} s`);

function configOf({ folder, name, report, types }) {
  const reports = join(folder, 'api');
  mkdirSync(reports, { recursive: true });
  const none = { default: { logLevel: 'none' } };
  return ExtractorConfig.prepare({
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: types,
      newlineKind: 'lf',
      compiler: { tsconfigFilePath: join(folder, 'tsconfig.json'), skipLibCheck: true },
      apiReport: {
        enabled: true,
        reportFileName: `${report}.api.md`,
        reportFolder: reports,
        reportTempFolder: join(root, '.cache/api', name),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: none,
        // doc comments are TypeDoc's business
        extractorMessageReporting: none,
        tsdocMessageReporting: none,
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, 'package.json'),
  });
}
