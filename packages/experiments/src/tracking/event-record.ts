import { PbfWriter } from 'pbf';
import { crc32c } from './crc32c.js';

// The parts of TensorBoard's event.proto, summary.proto and tensor.proto that curves and texts need, and how a file holds them one after the other.

/** What one record says, and when, in milliseconds since 1970. */
export type EventMessage = { time: number } & (
  | { version: string }
  | { step: number; scalars: Readonly<Record<string, number>> }
  | { step: number; texts: Readonly<Record<string, string>> }
);

/** What a file of events begins with. */
export const FILE_VERSION = 'brain.Event:2';

/** A message as a record of a file: its length, the check of the length, itself, its check. */
export function eventRecord(message: EventMessage): Uint8Array {
  const pbf = new PbfWriter();
  writeEvent(message, pbf);
  const data = pbf.finish();
  const record = new Uint8Array(data.length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, masked(data), true);
  return record;
}

/** The check that a record has: turned and moved, so that the check of a check is none. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

function writeEvent(message: EventMessage, pbf: PbfWriter): void {
  pbf.writeDoubleField(1, message.time / 1000);
  if ('version' in message) {
    pbf.writeStringField(3, message.version);
    return;
  }
  pbf.writeVarintField(2, message.step);
  pbf.writeMessage(5, writeSummary, message);
}

function writeSummary(message: Exclude<EventMessage, { version: string }>, pbf: PbfWriter): void {
  if ('scalars' in message) {
    for (const [tag, value] of Object.entries(message.scalars)) pbf.writeMessage(1, writeScalar, { tag, value });
  } else {
    for (const [tag, text] of Object.entries(message.texts)) pbf.writeMessage(1, writeText, { tag, text });
  }
}

function writeScalar({ tag, value }: { tag: string; value: number }, pbf: PbfWriter): void {
  pbf.writeStringField(1, tag);
  pbf.writeFloatField(2, value);
}

/** A tensor of one string, marked as a text. */
function writeText({ tag, text }: { tag: string; text: string }, pbf: PbfWriter): void {
  pbf.writeStringField(1, tag);
  pbf.writeMessage(8, writeStringTensor, text);
  pbf.writeMessage(9, (_, metadata) => metadata.writeMessage(1, writePlugin, 'text'), undefined);
}

function writePlugin(name: string, pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
}

/** DT_STRING is 7. */
function writeStringTensor(text: string, pbf: PbfWriter): void {
  pbf.writeVarintField(1, 7);
  pbf.writeMessage(
    2,
    (_, shape) => shape.writeMessage(2, (_size, side) => side.writeVarintField(1, 1), undefined),
    undefined,
  );
  pbf.writeStringField(8, text);
}
