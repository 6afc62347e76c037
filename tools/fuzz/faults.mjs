// Old faults, put back on purpose into the built code, to see that the fuzzer finds them: what is replaced in which file, and where it shows.

export const faults = [
  {
    name: 'an npy shape is believed before it is compared with the file',
    file: 'packages/io/dist/npy.js',
    find: 'const needed = size * dtypes[dtype].bytes;',
    put: 'const needed = size * dtypes[dtype].bytes; new Float64Array(size).fill(1);',
    parser: 'npy',
  },
  {
    name: 'no limit on the pixels of an image',
    file: 'packages/io/dist/check-pixels.js',
    find: 'function checkPixels(cannot, width, height, limits) {',
    put: 'function checkPixels(cannot, width, height, limits) { return;',
    parser: 'png',
  },
  {
    name: 'an entry of a zip file is unpacked without end',
    file: 'packages/io/dist/zip.js',
    find: /&& length <= most; /,
    put: '; ',
    also: [[/checkLimit\(cannot, `what is unpacked.*?;/s, '']],
    parser: 'zip',
  },
  {
    name: 'cell references of a workbook are not looked at',
    file: 'packages/datasets/dist/tables/safe-workbook.js',
    find: 'const check = (place) =>',
    put: 'const check = (place) => true ||',
    also: [
      [
        'checkLimit("it cannot be read", "the cells of all its sheets"',
        'void ("it cannot be read", "the cells of all its sheets"',
      ],
    ],
    parser: 'xlsx',
  },
  {
    name: 'every number between onset and offset is listed',
    file: 'packages/datasets/dist/frames/clip-frames.js',
    find: 'const runs = [];',
    put: 'const runs = []; const each = []; for (let n = first; n <= last; n++) each.push(n);',
    also: [],
    more: [['packages/datasets/dist/annotations/check-rows.js', 'offset - onset + 1,\n', '1,\n']],
    parser: 'table-clip-folder',
  },
  {
    name: 'a nested value in a manifest is shown by JSON.stringify',
    file: 'packages/io/dist/shown.js',
    find: 'function shown(value) {',
    put: 'function shown(value) { return JSON.stringify(value).slice(0, 60);',
    parser: 'safetensors',
  },
  {
    name: 'the shape of run.json is taken for granted',
    file: 'packages/experiments/dist/run/run-store.js',
    find: /async function readManifest\(dir\) \{/,
    put: 'async function readManifest(dir) { return JSON.parse(await (await import("node:fs/promises")).readFile(dir + "/run.json", "utf8"));',
    parser: 'run-folder',
  },
  {
    name: 'the names of the cells in sweep.json are taken for granted',
    file: 'packages/experiments/dist/sweep/sweep-file.js',
    find: 'function readSweepFile(dir) {',
    put: 'function readSweepFile(dir) { return import("node:fs").then(({ readFileSync }) => JSON.parse(readFileSync(dir + "/sweep.json", "utf8")));',
    parser: 'sweep-file',
  },
  {
    name: 'a path may leave the folder, and what the system says of it is shown',
    file: 'packages/datasets/dist/files/safe-path.js',
    find: 'function safePath(path) {',
    put: 'function safePath(path) { if (path.includes("..")) { throw new Error("ENOENT: no such file or directory, open \'" + path + "\'"); }',
    parser: 'table-clip-folder',
  },
  {
    name: 'a text of a pickle is taken without its length being checked',
    file: 'packages/io/dist/unpickle.js',
    find: 'if (length > left) {',
    put: 'if (length > left) { new Uint8Array(length).fill(1);',
    parser: 'pytorch-zip',
  },
];

/** The source of a built file with a fault put in; an error where the code to replace is no more there. */
export function withFault(fault, path, source) {
  const changes = [
    ...(path.endsWith(fault.file) ? [[fault.find, fault.put], ...(fault.also ?? [])] : []),
    ...(fault.more ?? []).filter(([file]) => path.endsWith(file)).map(([, find, put]) => [find, put]),
  ];
  return changes.reduce((text, [find, put]) => {
    const changed = text.replace(find, () => put);
    if (changed === text) throw new Error(`Cannot put back "${fault.name}" as ${path} must hold ${find}: it does not`);
    return changed;
  }, source);
}
