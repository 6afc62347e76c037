import { visibleJson, visibleLines } from '@mer/options';

/** Streams that take no more: nothing is written to them. */
const lost = new WeakSet<NodeJS.WritableStream>();

/**
 * Writes to standard output. A reader that has gone away (`| head`) ends nothing: what is left to print is dropped, and the work goes on. Whatever in the text
 * would move a terminal's cursor or color it is written as an escape.
 */
export function print(text: string): void {
  write(process.stdout, visibleLines(text));
}

/** Writes a value to standard output as JSON, on one line where `space` is 0. */
export function printJson(value: unknown, space = 1): void {
  write(process.stdout, `${visibleJson(value, space)}\n`);
}

/** Writes a message to standard error, as {@link print} does. */
export function say(text: string): void {
  write(process.stderr, visibleLines(text));
}

/** Standard error for what rewrites its line: texts are written as they are, so names in them must be `visible`. */
export const terminal = {
  get isTTY() {
    return process.stderr.isTTY;
  },
  get columns() {
    return process.stderr.columns;
  },
  write: (text: string) => write(process.stderr, text),
};

/**
 * Keeps a stream that takes no more from ending the process. Standard output that cannot be written for another reason than a reader that left is told in one
 * line, and the exit status becomes 1.
 */
export function guardStreams(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => give(stream, error));
  }
}

function write(stream: NodeJS.WriteStream, text: string): void {
  if (lost.has(stream)) return;
  try {
    stream.write(text);
  } catch (error) {
    give(stream, error as Error);
  }
}

/** What a stream says whose reader has gone. */
const LEFT = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END']);

function give(stream: NodeJS.WriteStream, error: NodeJS.ErrnoException): void {
  if (lost.has(stream)) return;
  lost.add(stream);
  if (stream !== process.stdout || LEFT.has(error.code ?? '')) return;
  process.exitCode = 1;
  // loaded here, as help must not wait for it
  void import('@mer/io').then(({ systemErrorText }) =>
    say(`mer: Cannot write to standard output as ${systemErrorText(error)}; what is left to print is dropped\n`),
  );
}
