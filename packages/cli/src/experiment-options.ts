/** What `run` and `evaluate` take from the command line to change an experiment. */
export interface ExperimentOptions {
  data?: string;
  set: string[];
  use: string[];
  backend?: string;
  json?: boolean;
}

/** What `mer run` takes beside the experiment. */
export interface RunOptions extends ExperimentOptions {
  out?: string;
  workers: number | 'auto';
  shard?: { index: number; of: number };
  final?: boolean;
  cache?: string;
  tensorboard?: string;
  dryRun?: boolean;
  grid: string[];
  queue?: string;
  store?: string;
  tag?: string;
  priority: 'high' | 'normal' | 'low';
  cell: string[];
}

/** The settings that the command line adds to the file, `--data` and `--backend` included. */
export function settingsOf({ data, set, backend }: ExperimentOptions): string[] {
  return [
    ...set,
    ...(data === undefined ? [] : [`data.root=${JSON.stringify(data)}`]),
    ...(backend === undefined ? [] : [`backend=${backend}`]),
  ];
}
