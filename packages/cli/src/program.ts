import { createRequire } from 'node:module';
import { Command, InvalidArgumentError, Option } from 'commander';
import { print, say } from './output.js';

/**
 * Builds the `mer` command line. Nothing but the argument parser is loaded before a command runs, so that help is quick.
 *
 * @returns a commander program that throws `CommanderError` instead of ending the process
 *
 * @example
 * ```ts
 * import { createProgram } from '@mer/cli';
 *
 * console.log(createProgram().commands.map((command) => command.name()).includes('run')); // true
 * ```
 */
export function createProgram(): Command {
  const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
  const program = new Command('mer')
    .description('Facial micro-expression recognition: representations, models and evaluations that cannot leak.')
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: say })
    .showHelpAfterError('(mer --help lists the commands, mer <command> --help their options)');

  const data = new Option('-d, --data <dir>', 'folder of the data set; overrides data.root of the experiment');
  const grid = () =>
    new Option(
      '-g, --grid <key=value,value>',
      'run it once for each of these values of a setting, into a folder each; repeatable: every combination',
    )
      .argParser(collect)
      .default([], 'none');
  const set = new Option('-s, --set <key=value>', 'override a setting of the experiment; repeatable')
    .argParser(collect)
    .default([], 'none');
  const optionSet = new Option('-s, --set <key=value>', 'set an option of the data set; repeatable')
    .argParser(collect)
    .default([], 'none');
  const backend = new Option(
    '-b, --backend <name>',
    'backend to run on (mer backends lists them); overrides the experiment',
  );
  const use = new Option(
    '-u, --use <module>',
    'a module of own parts (./my-parts.mjs, @lab/parts), whose code is run; repeatable',
  )
    .argParser(collect)
    .default([], 'none');
  const json = new Option('--json', 'print the result as JSON');

  program
    .command('init')
    .description('write a small project of your own: experiment, representation, network, test')
    .argument('<dir>', 'folder to write; new or empty')
    .addOption(json)
    .action(async (...args) => (await import('./commands/init.js')).init(args[0], args[1]));

  program
    .command('run')
    .description('prepare, train and test every fold; resumes where it stopped')
    .argument('<experiment>', EXPERIMENT)
    .addOption(data)
    .option('-o, --out <dir>', 'folder of the run, or of the sweep (default: runs/<name of the experiment>)')
    .addOption(set)
    .addOption(grid())
    .addOption(use)
    .addOption(backend)
    .option('-w, --workers <n>', 'processes that train folds at the same time, or auto', workersOf, 'auto')
    .option('--shard <i/n>', 'run part i of n of the folds; mer merge puts the parts together', shardOf)
    .addOption(
      new Option('--cell <name>', 'of a sweep, run this cell; repeatable').argParser(collect).default([], 'all'),
    )
    .option('--final', 'also train on all samples, as mer train does, for mer predict and mer export')
    .option('--cache <dir>', "folder of prepared images (default: .cache beside the run's folder)")
    .option('--tensorboard <dir>', 'write curves for tensorboard --logdir <dir> as the folds train')
    .addOption(
      new Option(
        '--queue <url>',
        'have the folds trained by mer worker on any machines that take them from this queue (redis://, rediss:// or unix:)',
      ).conflicts('shard'),
    )
    .option(
      '--store <place>',
      "with --queue: folder or s3:// bucket that the machines share (default: .store beside the run's folder)",
    )
    .option('--tag <name>', 'with --queue: only workers with this tag take the folds, such as gpu')
    .addOption(
      new Option('--priority <which>', 'with --queue: what workers take first')
        .choices(['high', 'normal', 'low'])
        .default('normal'),
    )
    .option('--dry-run', 'check everything and say what would be done: folds, classes, parameters, time, memory')
    .option('--json', 'print events as they happen and the result, one JSON object a line')
    .action(async (...args) => (await import('./commands/run.js')).run(args[0], args[1]));

  program
    .command('train')
    .description('train the one network to ship on every subject; resumes where it stopped')
    .argument('<experiment>', EXPERIMENT)
    .option(
      '--evaluated-by <run>',
      'finished run of the same experiment, whose score says what to expect of the network; a run with other settings is refused',
    )
    .addOption(data)
    .option('-o, --out <dir>', 'folder of the run (default: runs/<name of the experiment>-all)')
    .addOption(set)
    .addOption(use)
    .addOption(backend)
    .option(
      '-w, --workers <n>',
      'processes that train networks (of several seeds) at the same time, or auto',
      workersOf,
      'auto',
    )
    .option('--cache <dir>', "folder of prepared images (default: .cache beside the run's folder)")
    .option('--dry-run', 'check everything and say what would be done, without doing it')
    .option('--json', 'print events as they happen and the result, one JSON object a line')
    .action(async (...args) => (await import('./commands/train.js')).train(args[0], args[1]));

  program
    .command('export')
    .description('write a trained network as a folder that pages, servers and other programs load')
    .argument('<run>', 'folder of the run, or with --weights an experiment (YAML or JSON, or the name of a recipe)')
    .requiredOption('-o, --out <path>', 'folder to write, new or empty; with --as onnx or authors a file')
    .addOption(
      new Option(
        '--as <runtime>',
        "for other runtimes: an ONNX file, weights with the names of the authors' code (safetensors), the layers format of TensorFlow.js; what the network takes stands in a JSON file beside",
      ).choices(['onnx', 'authors', 'tfjs-layers']),
    )
    .option('--seed <n>', 'with --as: the network of this seed, where a run has several', wholeNumber)
    .option('--batch <n>', 'with --as onnx: so many samples at once (default: any number)', wholeNumber)
    .option(
      '--rest <file>',
      "with --as authors: a state dict of theirs, for what their network has and this one doesn't",
    )
    .option('--fold <subject>', 'the network of one fold (default: the one that was trained on all subjects)')
    .option('--ensemble', 'the networks of all folds together')
    .option('--half', 'weights as half floats')
    .option('--int8', 'weights as whole numbers of 8 bits, by output channel')
    .option('--license <name>', 'license of the weights, such as CC-BY-4.0 (default: written as not stated)')
    .option('--data-license <words>', 'license of the data that it was trained on (default: written as not stated)')
    .option('-w, --weights <path>', 'a file or folder of weights of anybody, for an experiment')
    .option('--entry <name>', 'where the state dict lies in each file, such as state_dict (default: found)')
    .option('--no-measure', 'do not test the folds for what --half and --int8 lose')
    .addOption(data)
    .addOption(set)
    .addOption(use)
    .addOption(json)
    .action(async (run, options) =>
      options.as === undefined
        ? (await import('./commands/export.js')).exportFolder(run, options)
        : (await import('./commands/export-as.js')).exportAs(run, options),
    );

  program
    .command('worker')
    .description(
      'take folds from a queue and train them, until told to end; the first Ctrl-C or SIGTERM lets it finish',
    )
    .requiredOption('--queue <url>', QUEUE)
    .requiredOption('--store <place>', 'folder or s3:// bucket that the machines share')
    .addOption(
      new Option('-b, --backend <name>', 'backend whose folds it takes; repeatable (default: wasm)')
        .argParser(collect)
        .default([], 'none'),
    )
    .addOption(
      new Option('--tag <name>', 'also take folds that ask for this tag, such as gpu; repeatable')
        .argParser(collect)
        .default([], 'none'),
    )
    .option('-c, --concurrency <n>', 'folds at the same time, each in a process of its own', wholeNumber, 1)
    .addOption(
      new Option(
        '-d, --data <name=dir>',
        'folder of a data set on this machine, or a folder in which the paths of experiments hold; repeatable',
      )
        .argParser(collect)
        .default([], 'none'),
    )
    .addOption(use)
    .option('--cache <dir>', 'folder of prepared images (default: runs/.cache)')
    .option('--lock <seconds>', 'a worker that tells nothing for so long is taken for dead (default: 30)', positive)
    .option('--idle <seconds>', 'end after so long without work (default: never)', positive)
    .option('--json', 'print events as they happen, one JSON object a line')
    .action(async (...args) => (await import('./commands/worker.js')).worker(args[0]));

  program
    .command('cancel')
    .description('take what waits of a run out of a queue; what a worker has begun it finishes')
    .argument(
      '<run>',
      'folder of a run or of a sweep, or the first digits of the hash in run.json (then of every seed)',
    )
    .requiredOption('--queue <url>', QUEUE)
    .addOption(json)
    .action(async (...args) => (await import('./commands/cancel.js')).cancel(args[0], args[1]));

  program
    .command('submit')
    .description(
      'write the folds of a run, or of a whole sweep, as tasks for Slurm or Kubernetes; submit them to Slurm',
    )
    .argument('<experiment>', EXPERIMENT)
    .option('--slurm', 'an array job for Slurm: written beside the run, and submitted where there is sbatch')
    .option('--kubernetes', 'an Indexed Job for Kubernetes: written beside the run, for kubectl apply')
    .option('--dry-run', 'print it; nothing is written or submitted')
    .addOption(data)
    .option('-o, --out <dir>', 'folder of the run, or of the sweep (default: runs/<name of the experiment>)')
    .addOption(set)
    .addOption(grid())
    .addOption(use)
    .addOption(backend)
    .option('--final', 'also train on all samples, for mer predict')
    .option('--cache <dir>', "folder of prepared images (default: .cache beside the run's folder)")
    .option('--folds-per-task <n>', 'folds that a task runs, one after the other', wholeNumber, 1)
    .option('-w, --workers <n>', 'processes of a task that train folds at the same time', wholeNumber, 1)
    .option('--time <limit>', 'limit of a task: minutes, h:mm:ss or d-hh:mm:ss (default: estimated by a trial)', timeOf)
    .option(
      '--memory <size>',
      'memory of a task, such as 4G or 500M (default: by the memory plan and a trial)',
      bytesOf,
    )
    .option('--cpus <n>', 'processors of a task (default: one for each worker)', wholeNumber)
    .option('--gpus <n>', 'GPUs of a task; for Slurm also kind:n, such as a100:1')
    .option('--at-once <n>', 'most tasks at the same time (default: all)', wholeNumber)
    .option('--retries <n>', 'how often a task is tried again that failed or ran out of time', wholeNumber, 2)
    .option('--mer <command>', 'shell words that start mer in a task (default: this mer; for Kubernetes mer)')
    .option('--with <command>', "shell words before them, such as a container's: apptainer exec --nv mer.sif")
    .addOption(
      new Option('--before <line>', 'shell line before, such as module load nodejs; repeatable')
        .argParser(collect)
        .default([], 'none'),
    )
    .option('--partition <name>', 'of Slurm')
    .option('--account <name>', 'of Slurm')
    .addOption(
      new Option('--sbatch <option>', 'a further option of sbatch, such as --sbatch=--constraint=avx512; repeatable')
        .argParser(collect)
        .default([], 'none'),
    )
    .option('--array-size <n>', 'most tasks of one array of Slurm: its MaxArraySize less one', wholeNumber, 1000)
    .option('--image <name>', 'of Kubernetes: image that has Node and mer')
    .addOption(
      new Option('--claim <name:path>', 'of Kubernetes: claim of a volume and where it is mounted; repeatable')
        .argParser(collect)
        .default([], 'none'),
    )
    .option('--folder <dir>', 'of Kubernetes: where tasks start (default: the path of the first claim)')
    .option('--namespace <name>', 'of Kubernetes')
    .option('--gpu-resource <name>', 'of Kubernetes: what GPUs are called (default: nvidia.com/gpu)')
    .addOption(json)
    .action(async (...args) => (await import('./commands/submit.js')).submit(args[0], args[1]));

  program
    .command('evaluate')
    .description('test every fold with given fold weights; no training')
    .argument('<experiment>', EXPERIMENT)
    .requiredOption(
      '-w, --weights <dir>',
      'folder of weights: <subject>.pth, .pt, .safetensors, .hdf5, …, or the folder of a run',
    )
    .addOption(data)
    .addOption(set)
    .addOption(use)
    .addOption(backend)
    .option('--entry <name>', 'where the state dict lies in each file, such as state_dict (default: found)')
    .addOption(
      new Option('--encoding <name>', 'test the weights as mer export writes them').choices([
        'float32',
        'float16',
        'int8',
      ]),
    )
    .option('-o, --out <dir>', 'also write predictions.csv, scores.csv and summary.json to this folder')
    .option('--cache <dir>', 'folder of prepared images, such as that of a run (default: held in memory)')
    .addOption(json)
    .action(async (...args) => (await import('./commands/evaluate.js')).evaluate(args[0], args[1]));

  program
    .command('merge')
    .description('put the parts of a run that --shard made into one')
    .argument('<runs...>', 'folders of the parts')
    .requiredOption('-o, --out <dir>', 'folder of the whole')
    .addOption(use)
    .addOption(json)
    .action(async (...args) => (await import('./commands/merge.js')).merge(args[0], args[1]));

  program
    .command('predict')
    .description(
      "the class of the expression in a new clip or recording, by the weights of a run, of an exported folder or anybody's: finds the face, spots the expression, cuts out the face",
    )
    .argument(
      '<run>',
      'folder of the run, or what mer export wrote, or with --weights an experiment (YAML or JSON, or the name of a recipe)',
    )
    .argument('<clip>', 'folder of frames, a video, or a picture for a run on pictures')
    .option('-o, --out <dir>', 'also write what the network saw, and heat maps over it')
    .option(
      '-w, --weights <whose>',
      'of a run: trained on all samples (final), or the mean over the folds (folds); or a file or folder of weights',
      'auto',
    )
    .option('--entry <name>', 'where the state dict lies in a weight file, such as state_dict (default: found)')
    .option('--fps <n>', 'frames a second of the clip (default: taken as 30)', positive)
    .option('-l, --landmarks <file>', '68 points of the face in some frames (default: found by a detector)')
    .addOption(several())
    .addOption(
      new Option(
        '--align <how>',
        'whether to cut the face out for a network whose experiment has no step that does: where it is small in the picture (auto), always, never',
      )
        .choices(['auto', 'face', 'none'])
        .default('auto'),
    )
    .addOption(
      new Option(
        '--stabilize <motion>',
        'take off what the head moves, for a network whose experiment has no step that aligns faces: shifts, or turns and nearness too',
      )
        .choices(['none', 'shift', 'similarity'])
        .default('none'),
    )
    .option('-f, --force', 'predict even where there is no face or nothing moves')
    .option(
      '--onset <n>',
      'number of the onset frame, as in its file name (default: spotted, the first of a clip up to two seconds)',
      wholeNumber,
    )
    .option('--apex <n>', 'number of the apex frame (default: spotted)', wholeNumber)
    .option('--offset <n>', 'number of the offset frame (default: spotted, the last of a short clip)', wholeNumber)
    .addOption(data)
    .addOption(set)
    .addOption(use)
    .option('-b, --backend <name>', 'backend to run on (default: that of the experiment)')
    .addOption(json)
    .action(async (...args) => (await import('./commands/predict.js')).predict(args[0], args[1], args[2]));

  program
    .command('explain')
    .description(
      'what moves in the face of a clip, the head taken off: a table of regions with the action units they suggest, in words and as a picture; and a prompt for a language model',
    )
    .argument('<clip>', 'folder of frames, or a video')
    .option('-o, --out <dir>', 'also write table, text, picture and prompt to this folder')
    .option('--fps <n>', 'frames a second of the clip (default: taken as 30)', positive)
    .option('-l, --landmarks <file>', '68 points of the face in some frames (default: found by a detector)')
    .addOption(
      new Option('--several <who>', 'who is meant where there are several faces')
        .choices(['refuse', 'largest', 'surest', 'middle'])
        .default('refuse'),
    )
    .option('--onset <n>', 'number of the onset frame, as in its file name (default: spotted)', wholeNumber)
    .option('--apex <n>', 'number of the apex frame (default: spotted)', wholeNumber)
    .option('--offset <n>', 'number of the offset frame (default: spotted)', wholeNumber)
    .addOption(
      new Option(
        '-s, --set <key=value>',
        'set an option: head (ellipsoid, nose, none), least, size, around, flow; repeatable',
      )
        .argParser(collect)
        .default([], 'none'),
    )
    .option('--classes <names>', 'classes that the prompt names, joined by commas', (text) => text.split(','), [
      'negative',
      'positive',
      'surprise',
    ])
    .option('--prompt', 'also print the prompt')
    .option(
      '--ask <address>',
      "send the prompt (words, no picture) to this API of OpenAI's form, such as http://localhost:11434/v1; its key is taken from MER_CHAT_KEY",
    )
    .option('--model <name>', 'the model to ask there')
    .option('-b, --backend <name>', 'backend to run on', 'auto')
    .addOption(json)
    .action(async (...args) => (await import('./commands/explain.js')).explain(args[0], args[1]));

  program
    .command('report')
    .description('write a report of a run, finished or not: HTML, tables, figures; and print its scores')
    .argument('<run>', 'folder of the run')
    .option('-o, --out <dir>', 'folder of the report (default: the folder of the run)')
    .option('-d, --data <dir>', 'folder of the data set, for pictures of samples (default: that of the run)')
    .option('--no-pictures', 'leave out the pictures of samples')
    .option('--tensorboard <dir>', 'also write curves and scores for tensorboard --logdir <dir>')
    .option('--mlflow <dir>', "also write the run as MLflow's files, such as mlruns")
    .addOption(use)
    .addOption(json)
    .action(async (...args) => (await import('./commands/report.js')).report(args[0], args[1]));

  program
    .command('compare')
    .description('compare runs on the same samples with the first: differences, intervals, McNemar, permutation test')
    .argument('<runs...>', 'folders of runs, or CSV files with columns truth, predicted and subject; two or more')
    .addOption(use)
    .addOption(json)
    .action(async (...args) => (await import('./commands/compare.js')).compare(args[0], args[1]));

  program
    .command('status')
    .description('how far a run is, or every cell of a sweep, whoever is working on it; or what a queue has to do')
    .argument('[dir]', 'folder of a run or a sweep')
    .option('--queue <url>', QUEUE)
    .option('--ui [port]', 'with --queue: serve a page that shows it, for this machine only, until Ctrl-C', portOf)
    .addOption(json)
    .action(async (...args) => (await import('./commands/status.js')).status(args[0], args[1]));

  program
    .command('table')
    .description('one table of many runs: what differs, scores by data set, significance, published results beside')
    .argument('<runs...>', 'folders of runs and sweeps')
    .addOption(
      new Option('-f, --format <name>', 'how it is written (default: by the ending of --out, else text)').choices([
        'text',
        'csv',
        'markdown',
        'latex',
        'json',
        'html',
      ]),
    )
    .option('-o, --out <file>', 'write it to a file (.txt, .csv, .md, .tex, .json, .html) instead of printing it')
    .option('--against <run>', 'compare every row with this one: difference, and p corrected by Holm')
    .option('--scores <names>', 'scores to show, joined by commas (uf1,uar; default: all)', (text) => text.split(','))
    .option('--sets', 'also show each data set within a composite set')
    .addOption(use)
    .action(async (...args) => (await import('./commands/table.js')).table(args[0], args[1]));

  program
    .command('backends')
    .description('what can run here, and a two-second speed test of each')
    .option('--no-speed', 'list only')
    .addOption(json)
    .action(async (...args) => (await import('./commands/backends.js')).backends(args[0]));

  program
    .command('schema')
    .description('print the JSON Schema of experiment files')
    .addOption(use)
    .action(async (...args) => (await import('./commands/schema.js')).schema(args[0]));

  program
    .command('represent')
    .description(
      'turn a clip (a folder of frames, or a video), or every clip of a data set, into pictures of its motion',
    )
    .argument('[clip]', 'folder of frames, or a video file')
    .option(
      '-d, --data <name>',
      'every clip of this data set instead (mer datasets lists them); a second run keeps what is made',
    )
    .option('-r, --root <dir>', 'folder of the data set')
    .requiredOption('-a, --as <names>', 'representations, joined by commas (trdi,midi,mm-cof)', (text) =>
      text.split(','),
    )
    .requiredOption('-o, --out <dir>', 'folder to write to')
    .option('--onset <n>', 'number of the onset frame, as in its file name (default: the first frame)', wholeNumber)
    .option(
      '--apex <n>',
      'number of the apex frame (default: spotted, the frame that moved most since the onset)',
      wholeNumber,
    )
    .option('--offset <n>', 'number of the offset frame (default: the last frame)', wholeNumber)
    .option('--size <pixels>', 'resize the frames to a square first', wholeNumber)
    .option(
      '-l, --landmarks <file>',
      'points of the face, or the folder of them of a data set (default: found where a step such as align needs them)',
    )
    .addOption(detector())
    .addOption(several())
    .option(
      '-p, --preprocess <steps>',
      'steps on the clip before, joined by commas (even-light,stabilize)',
      (text) => text.split(','),
      [],
    )
    .addOption(
      new Option(
        '-s, --set <name.option=value>',
        'set an option of a representation, of a step, or of the data set (data.option=value); repeatable',
      )
        .argParser(collect)
        .default([], 'none'),
    )
    .addOption(use)
    .option('-b, --backend <name>', 'backend to run on', 'auto')
    .addOption(json)
    .action(async (...args) => (await import('./commands/represent.js')).represent(args[0], args[1]));

  program
    .command('landmarks')
    .description('find the face of a clip, or of every clip of a data set, and write its 68 points to files')
    .argument('[clip]', 'folder of frames, or a video file (needs ffmpeg)')
    .option(
      '-d, --data <name>',
      'every clip of this data set instead (mer datasets lists them); a second run keeps what is made',
    )
    .option('-r, --root <dir>', 'folder of the data set')
    .requiredOption('-o, --out <dir>', 'folder to write to: <clip>.json, or <subject>/<clip>.json')
    .addOption(detector())
    .addOption(several())
    .option(
      '--gap <n>',
      'most frames in a row without a face that are held from those around (default: 5)',
      wholeNumber,
    )
    .addOption(
      new Option('--missing <what>', 'what to do where more have none').choices(['refuse', 'leave']).default('refuse'),
    )
    .addOption(
      new Option('--turned <what>', 'what to do where the head is turned away by more than 40 degrees')
        .choices(['tell', 'refuse'])
        .default('tell'),
    )
    .option('--every <n>', 'look at every so many frames (default: 1)', wholeNumber)
    .option('--size <pixels>', 'resize the frames of a data set to a square first, as the experiment does', wholeNumber)
    .addOption(optionSet)
    .addOption(use)
    .option('-b, --backend <name>', 'backend to run on', 'auto')
    .addOption(json)
    .action(async (...args) => (await import('./commands/landmarks.js')).landmarks(args[0], args[1]));

  program
    .command('serve')
    .description('serve an exported network over HTTP: a clip in, an answer in JSON out (needs @mer/serve)')
    .argument('<folder>', 'folder that mer export wrote')
    .option('-H, --host <address>', 'address to bind to; 0.0.0.0 is every one of this machine', '127.0.0.1')
    .option('-p, --port <n>', 'port; 0 takes one that is free', wholeNumber, 8000)
    .option('-w, --workers <n>', 'processes that look at clips, one clip at a time each', wholeNumber, 1)
    .addOption(
      new Option('--face <how>', 'find it, or it is known to fill the frames')
        .choices(['find', 'fills'])
        .default('find'),
    )
    .option('--token-file <file>', 'requests must carry the token in this file (or MER_TOKEN): Authorization: Bearer …')
    .addOption(
      new Option('--allow-host <name>', 'another name by which requests may call this machine; repeatable')
        .argParser(collect)
        .default([], 'none'),
    )
    .addOption(
      new Option(
        '-l, --limit <name=number>',
        'bytes, frames, seconds, pixels, clipPixels, uploadSeconds, waitSeconds, predictSeconds, uploads, queue; repeatable',
      )
        .argParser(collect)
        .default([], 'none'),
    )
    .addOption(
      new Option('--log <level>', 'least level of the log lines on standard output, JSON each')
        .choices(['debug', 'info', 'warn', 'error', 'none'])
        .default('info'),
    )
    .option('-b, --backend <name>', 'backend to run on', 'auto')
    .action(async (...args) => (await import('./commands/serve.js')).serve(args[0], args[1]));

  program
    .command('recipes')
    .description('list the recipes (experiments of papers), print one, or copy it to be changed')
    .argument('[name]', 'name of a recipe')
    .option('-c, --copy [file]', 'write it to a file instead (default: its name, here)')
    .addOption(json)
    .action(async (...args) => (await import('./commands/recipes.js')).recipes(args[0], args[1]));

  program
    .command('weights')
    .description('list the weights that papers start from, say where one comes from, or keep a file of them here')
    .argument('[name]', 'name of weights')
    .option('-f, --file <file>', 'keep this file of yours, after a look at its hash and its arrays')
    .option('--download [url]', 'fetch it from its makers, or from another address; nothing is fetched without this')
    .option('--any-hash', 'keep a file whose hash is another than its makers name')
    .option('--folder <dir>', 'where weights are kept (default: MER_WEIGHTS, or your cache)')
    .addOption(json)
    .action(async (...args) => (await import('./commands/weights.js')).weights(args[0], args[1]));

  program
    .command('spot')
    .description(
      'find micro- and macro-expressions in a long recording, or score a spotter on a data set of recordings by leave one subject out',
    )
    .argument('<recording>', 'folder of frames, a video, or a study: a file (YAML or JSON), or the name of one of ours')
    .option('--fps <n>', 'frames a second of the pictures; a video has its own, and is resampled to another', positive)
    .option(
      '-l, --landmarks <file>',
      '68 points of the face in some frames of the recording (default: found, and kept)',
    )
    .addOption(detector())
    .addOption(several())
    .addOption(
      new Option(
        '--spotter <name>',
        'how to spot in the recording: skin-motion, region-flow, mdmd, flow-peaks, softnet, mtsn (both with --weights), or one of your own',
      ).default('skin-motion'),
    )
    .addOption(
      new Option(
        '-w, --weights <network=file>',
        'what a network of softnet (micro, macro) or mtsn (both) has learned; repeatable',
      )
        .argParser(collect)
        .default([], 'none'),
    )
    .option(
      '--recognize <run>',
      'of a study: also recognize what was spotted, each subject by the fold of a run that has not seen them, and score both (STRS)',
    )
    .option('--picture <file>', 'also draw a timeline: signal, threshold, intervals (SVG)')
    .option('--truth <file>', 'annotated intervals to draw beside, as the MEGC challenges list them')
    .option('--csv <file>', 'also write the intervals as the MEGC challenges list them')
    .option('-d, --data <dir>', 'folder of the data set; overrides data.root of the study')
    .option('-o, --out <dir>', 'folder of the study (default: runs/<name of the study>)')
    .addOption(
      new Option('-s, --set <key=value>', 'set an option of the spotter, or a setting of the study; repeatable')
        .argParser(collect)
        .default([], 'none'),
    )
    .addOption(use)
    .option('-b, --backend <name>', 'backend to run on', 'auto')
    .addOption(json)
    .action(async (...args) => (await import('./commands/spot.js')).spot(args[0], args[1]));

  program
    .command('models')
    .description('list the networks, or show one: inputs, layers, published results')
    .argument('[name]', 'name of a network')
    .addOption(
      new Option('-s, --set <key=value>', 'set an option of the network; repeatable')
        .argParser(collect)
        .default([], 'none'),
    )
    .addOption(use)
    .addOption(json)
    .action(async (...args) => (await import('./commands/models.js')).models(args[0], args[1]));

  program
    .command('representations')
    .description('list the representations, or show one: paper, what it needs, options')
    .argument('[name]', 'name of a representation')
    .addOption(use)
    .addOption(json)
    .action(async (...args) => (await import('./commands/steps.js')).representations(args[0], args[1]));

  program
    .command('steps')
    .description('list the steps on clips and images, or show one: paper, what it needs, options')
    .argument('[name]', 'name of a step')
    .addOption(use)
    .addOption(json)
    .action(async (...args) => (await import('./commands/steps.js')).steps(args[0], args[1]));

  program
    .command('synth')
    .description(
      'write a synthetic data set of generated faces in the layout of CASME II, or long recordings; without a folder, list the options',
    )
    .argument('[dir]', 'folder to write; new or empty')
    .option('--long', 'long recordings with hidden expressions, in the layout of CAS(ME)^2 or SAMM Long Videos')
    .addOption(optionSet)
    .addOption(json)
    .action(async (...args) => (await import('./commands/synth.js')).synth(args[0], args[1]));

  const datasets = program
    .command('datasets')
    .description('list the data sets, or show one: what is in it, class schemes, options')
    .argument('[name]', 'name of a data set')
    .addOption(use)
    .addOption(json)
    .action(async (...args) => (await import('./commands/datasets.js')).datasets(args[0], args[1]));
  datasets
    .command('inspect')
    .description('count samples per class and subject, and check every file')
    .argument('<name>', 'name of the data set (mer datasets lists them)')
    .argument('[dir]', 'folder of the data set')
    .addOption(optionSet)
    .addOption(use)
    .addOption(
      new Option('--images <how>', 'look at the pictures: read each (check), decode each, or not at all')
        .choices(['none', 'check', 'decode'])
        .default('check'),
    )
    .option('--apex', 'also spot the apex of every clip that has one annotated, and tell how far they are apart')
    .addOption(json)
    .action(async (...args) =>
      // --use and --json are options of both commands, and the outer one takes them
      (await import('./commands/datasets-inspect.js')).datasetsInspect(args[0], args[1], args[3].optsWithGlobals()),
    );

  return program;
}

const detector = () =>
  new Option('--detector <name>', 'what finds faces; both are optional packages')
    .choices(['face-mesh', 'face-api'])
    .default('face-mesh');

const several = () =>
  new Option('--several <which>', 'which face where there are several')
    .choices(['refuse', 'largest', 'surest', 'middle'])
    .default('refuse');

const QUEUE = 'URL of the queue: redis://host:6379, rediss://user:password@host:6380 or unix:/run/redis.sock';

const EXPERIMENT = 'experiment file (YAML or JSON), or the name of a recipe (mer recipes lists them)';

function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}

function workersOf(text: string): number | 'auto' {
  return text === 'auto' ? text : wholeNumber(text);
}

function shardOf(text: string): { index: number; of: number } {
  const found = /^(\d+)\/(\d+)$/.exec(text);
  if (!found || Number(found[1]) < 1 || Number(found[1]) > Number(found[2])) {
    throw new InvalidArgumentError('It must be i/n, such as 1/4 to 4/4.');
  }
  return { index: Number(found[1]), of: Number(found[2]) };
}

function timeOf(text: string): number {
  if (/^\d{1,6}$/.test(text) && Number(text) > 0) return Number(text) * 60;
  const found = /^(?:(\d{1,3})-)?(\d{1,4}):([0-5]\d):([0-5]\d)$/.exec(text);
  const [days, hours, minutes, seconds] = (found ?? []).slice(1).map((part) => Number(part ?? 0));
  const all = ((days! * 24 + hours!) * 60 + minutes!) * 60 + seconds!;
  if (!(all > 0)) throw new InvalidArgumentError('It must be minutes, h:mm:ss or d-hh:mm:ss.');
  return all;
}

function bytesOf(text: string): number {
  const found = /^(\d{1,6}(?:\.\d{1,3})?)([MG])i?B?$/i.exec(text);
  if (!found || Number(found[1]) === 0) throw new InvalidArgumentError('It must be a size such as 500M or 4G.');
  return Number(found[1]) * 2 ** (found[2]!.toUpperCase() === 'G' ? 30 : 20);
}

function positive(text: string): number {
  if (!(Number(text) > 0 && Number(text) < 1e6)) throw new InvalidArgumentError('It must be a number above 0.');
  return Number(text);
}

function portOf(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError('It must be a port, 0 to 65535.');
  return Number(text);
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
