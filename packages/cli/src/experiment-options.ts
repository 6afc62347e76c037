/** What `run` and `evaluate` take from the command line to change an experiment. */
export interface ExperimentOptions {
  data?: string;
  set: string[];
  use: string[];
  backend?: string;
  json?: boolean;
}

/** The settings that the command line adds to the file, `--data` and `--backend` included. */
export function settingsOf({ data, set, backend }: ExperimentOptions): string[] {
  return [
    ...set,
    ...(data === undefined ? [] : [`data.root=${JSON.stringify(data)}`]),
    ...(backend === undefined ? [] : [`backend=${backend}`]),
  ];
}
