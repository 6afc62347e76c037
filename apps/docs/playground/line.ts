// The line between page and worker: questions are answered one after another, and of some kinds only the newest.
import { type Kind, type Notice, type Port, type Question, type Questions, REPLACED, type Reply } from './protocol.ts';

/** That a question was not answered as a newer one of its kind came. */
export class Dropped extends Error {}

export interface Asking {
  ask<K extends Kind>(kind: K, given: Questions[K]['given']): Promise<Questions[K]['answer']>;
  /** Rejects what is still waiting. */
  hangUp(reason: string): void;
}

/** The page's end; `onNotice` hears what the worker says without being asked. */
export function asking(port: Port, onNotice: (notice: Notice) => void = () => {}): Asking {
  const waiting = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>();
  let last = 0;
  port.addEventListener('message', ({ data }) => {
    if ('notice' in (data as object)) return onNotice(data as Notice);
    const reply = data as Reply;
    const asked = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (!asked) return;
    if ('error' in reply) asked.reject(new Error(reply.error));
    else if ('dropped' in reply) asked.reject(new Dropped());
    else asked.resolve(reply.answer as never);
  });
  return {
    ask: (kind, given) =>
      new Promise((resolve, reject) => {
        last += 1;
        waiting.set(last, { resolve, reject });
        port.postMessage({ id: last, kind, given } satisfies Question, portsOf(given));
      }),
    hangUp(reason) {
      for (const { reject } of waiting.values()) reject(new Error(reason));
      waiting.clear();
    },
  };
}

export type Answering = { [K in Kind]: (given: Questions[K]['given']) => Promise<Questions[K]['answer']> };

/** The ends of channels in what is given, which are moved. */
const portsOf = (given: object) => Object.values(given).filter((value) => value instanceof MessagePort);

/** Says something without being asked. */
export const noticing = (port: Port) => (notice: Notice) => port.postMessage(notice, buffersOf(notice));

/** The worker's end. */
export function answering(port: Port, answers: Answering): void {
  const waiting: Question[] = [];
  let busy = false;
  const reply = (message: Reply, transfer: Transferable[] = []) => port.postMessage(message, transfer);
  port.addEventListener('message', ({ data }) => {
    const question = data as Question;
    if (REPLACED.includes(question.kind)) {
      const older = waiting.findIndex(({ kind }) => kind === question.kind);
      if (older >= 0) reply({ id: waiting.splice(older, 1)[0]!.id, dropped: true });
    }
    waiting.push(question);
    if (!busy) void work();
  });
  async function work() {
    busy = true;
    while (waiting.length > 0) {
      // messages that came while the last one was worked on are heard first
      await new Promise((resolve) => setTimeout(resolve));
      const { id, kind, given } = waiting.shift()!;
      try {
        const answer = await answers[kind](given as never);
        reply({ id, answer }, buffersOf(answer));
      } catch (error) {
        reply({ id, error: error instanceof Error ? error.message : String(error) });
      }
    }
    busy = false;
  }
}

/** The buffers inside a value, which are moved with it. */
function buffersOf(value: unknown, found = new Set<ArrayBuffer>()): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) found.add(value.buffer as ArrayBuffer);
  else if (Array.isArray(value)) for (const item of value) buffersOf(item, found);
  else if (typeof value === 'object' && value !== null) buffersOf(Object.values(value), found);
  return [...found];
}
