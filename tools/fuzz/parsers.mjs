// Every parser that is fuzzed, by the module that has it: `make(random, index)` builds an input, `run(input, random)` parses it, `header` matches what is said of
// an input that is refused at its header, `files` are measured for coverage (`file.js#name,name`: these functions of it).
const modules = [
  ['images', 'png bmp jpeg image-header'],
  ['arrays', 'npy flo safetensors pytorch-zip pytorch-legacy zip weights'],
  [
    'tables',
    'csv xlsx table-casme2 table-samm table-smic table-mmew table-cas-me2 table-cas-me3 table-casme1 table-clip-folder manifest-json manifest-flow megc2019-list landmarks',
  ],
  ['experiments', 'yaml set run-folder sweep sweep-file'],
];

export const parserNames = modules.flatMap(([, names]) => names.split(' '));

/** A parser by its name; nothing else is loaded. */
export async function parserOf(name, work) {
  const [file] = modules.find(([, names]) => names.split(' ').includes(name));
  const { parsers } = await import(`./parsers/${file}.mjs`);
  return parsers(work).find((each) => each.name === name);
}
