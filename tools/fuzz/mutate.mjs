// Changes of bytes, JSON values and marked-up texts that keep most of their structure.

/** Bytes with a few changed, some left out, or cut short. */
export function mutateBytes(random, bytes, from = 0) {
  let copy = Uint8Array.from(bytes);
  for (let n = random.few(); n > 0 && copy.length > 0; n--) {
    const at = from + random.below(Math.max(1, copy.length - from));
    copy = random.one(
      () => copy.with(Math.min(at, Math.max(0, copy.length - 1)), random.chance(0.3) ? 255 : random.below(256)),
      () => copy.with(Math.min(at, Math.max(0, copy.length - 1)), random.below(256)),
      () => Uint8Array.of(...copy.subarray(0, at), ...copy.subarray(Math.min(copy.length, at + 1 + random.below(8)))),
      () => Uint8Array.of(...copy.subarray(0, at), ...new Uint8Array(1 + random.below(8)), ...copy.subarray(at)),
    );
  }
  return random.chance(0.05) ? copy.slice(0, random.below(copy.length)) : copy;
}

/** Puts a number into bytes, little-endian or big. */
export function put(bytes, at, width, value, little = true) {
  let left = BigInt.asUintN(8 * width, BigInt(Math.trunc(Number.isFinite(value) ? value : 0)));
  for (let i = 0; i < width; i++) {
    bytes[little ? at + i : at + width - 1 - i] = Number(left & 255n);
    left >>= 8n;
  }
}

const nested = (depth, inner) => {
  let value = inner;
  for (let i = 0; i < depth; i++) value = i % 2 ? [value] : { a: value };
  return value;
};

/** Another value in the place of this one. */
function otherValue(random, value) {
  if (typeof value === 'number' && random.chance(0.7)) return random.number(value);
  if (typeof value === 'string' && random.chance(0.7)) {
    return random.one(
      () => random.word(),
      () => value.slice(0, random.below(value.length + 1)),
      () => value + random.word(),
      () => value.replace(/\d+/, () => String(random.number(1))),
    );
  }
  return random.one(
    () => null,
    () => true,
    () => random.number(),
    () => random.word(),
    () => [],
    () => ({}),
    () => [value],
    () => [value, value],
    () => ({ [random.word()]: value }),
    () => [random.number(), random.number(), random.number()],
    () => (random.chance(0.1) ? nested(20_000, 1) : nested(random.below(6), value)),
    () => (random.chance(0.3) ? Array(2000).fill(value) : [null]),
  );
}

/** Every place in a value: holder and key. */
function places(value, found = [], depth = 0) {
  if (typeof value !== 'object' || value === null || depth > 30) return found;
  for (const key of Object.keys(value)) {
    found.push([value, key]);
    places(value[key], found, depth + 1);
  }
  return found;
}

/** JSON data with a few places changed, left out, renamed, doubled or swapped. */
export function mutateJson(random, data) {
  let copy;
  try {
    copy = structuredClone(data);
  } catch {
    // it is nested too deeply already
    return data;
  }
  if (random.chance(0.02)) return otherValue(random, copy);
  for (let n = random.few(); n > 0; n--) {
    const all = places(copy);
    if (all.length === 0) return otherValue(random, copy);
    const [holder, key] = random.pick(all);
    const [other, otherKey] = random.pick(all);
    random.one(
      () => (holder[key] = otherValue(random, holder[key])),
      () => (holder[key] = otherValue(random, holder[key])),
      () => (Array.isArray(holder) ? holder.splice(Number(key), 1) : delete holder[key]),
      () => {
        if (Array.isArray(holder)) holder.splice(Number(key), 0, holder[key]);
        else
          Object.defineProperty(holder, random.word(), {
            value: holder[key],
            enumerable: true,
            configurable: true,
            writable: true,
          });
      },
      () => {
        // a copy, so that no value lies in itself
        const value = JSON.stringify(other[otherKey]);
        holder[key] = value === undefined || value.length > 100_000 ? null : JSON.parse(value);
      },
    );
    try {
      copy = structuredClone(copy);
    } catch {
      return data;
    }
  }
  return copy;
}

/** The text of JSON data; of data that are nested too deeply to be written, a text that is. */
export function jsonText(random, data) {
  if (random.chance(0.01)) return `${'['.repeat(100_000)}1${']'.repeat(100_000)}`;
  let text;
  try {
    text = JSON.stringify(data) ?? 'null';
  } catch {
    text = `${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)}`;
  }
  if (random.chance(0.03)) return mutateText(random, text);
  return random.chance(0.05) ? text.replace(/(\d)(?=[,\]}])/, '$1e400') : text;
}

/** A text with a few characters changed, lines doubled or left out. */
export function mutateText(random, text) {
  let copy = text;
  for (let n = random.few(); n > 0; n--) {
    const at = random.below(copy.length + 1);
    copy = random.one(
      () => copy.slice(0, at) + random.word() + copy.slice(at),
      () => copy.slice(0, at) + copy.slice(at + 1 + random.below(10)),
      () => copy.slice(0, at),
      () => copy.replace(/\d+/g, (digits) => (random.chance(0.1) ? String(random.number(Number(digits))) : digits)),
      () => {
        const lines = copy.split('\n');
        lines.splice(random.below(lines.length), random.below(2), random.pick(lines));
        return lines.join('\n');
      },
    );
  }
  return copy;
}

/** A text of XML with attributes, texts and elements changed. */
export function mutateXml(random, text) {
  let copy = text;
  for (let n = random.few(); n > 0; n--) {
    const [pattern, change] = random.pick([
      [
        /="[^"]*"/g,
        (found) =>
          `="${random.one(
            () => random.word().replaceAll('"', ''),
            () => String(random.number()),
            () => found.slice(2, -1) + random.word(),
          )}"`,
      ],
      [
        /(?<=r=")[A-Z]+\d+(?=")/g,
        () =>
          random.one(
            () => `${random.pick(['A', 'B', 'AB', 'XFD', 'ZZZZZZ'])}${random.number(3, { integer: true })}`,
            () => random.word(),
          ),
      ],
      [
        /(?<=>)[^<]+(?=<)/g,
        (found) =>
          random.one(
            () => random.word(),
            () => String(random.number(Number(found) || 0)),
          ),
      ],
      [
        /<[^>]*>/g,
        (found) =>
          random.one(
            () => '',
            () => found + found,
            () => found.replace('<', '<x:'),
            () => found.toUpperCase(),
          ),
      ],
      [
        /<(\w+)[^>]*>[^<]*<\/\1>/g,
        (found) =>
          random.one(
            () => '',
            () => found + found,
            () => found.repeat(50),
          ),
      ],
    ]);
    const all = [...copy.matchAll(pattern)];
    if (all.length === 0) continue;
    const { 0: found, index } = random.pick(all);
    copy = copy.slice(0, index) + change(found) + copy.slice(index + found.length);
  }
  return random.chance(0.02) ? mutateText(random, copy) : copy;
}

/** Rows of a table with cells changed, left out, doubled, and rows too. */
export function mutateRows(random, rows) {
  const copy = rows.map((row) => [...row]);
  for (let n = random.few(); n > 0; n--) {
    const row = random.below(copy.length);
    const cells = copy[row] ?? [];
    const column = random.below(cells.length || 1);
    random.one(
      () => (cells[column] = random.word()),
      () => (cells[column] = String(random.number(Number(cells[column]) || 0))),
      () => (cells[column] = String(random.number(Number(cells[column]) || 0))),
      () => (cells[column] = random.pick(random.pick(copy) ?? ['']) ?? ''),
      () => cells.splice(column, 1),
      () => cells.splice(column, 0, random.word()),
      () => copy.splice(row, 1),
      () => copy.splice(row, 0, [...cells]),
      () =>
        random.chance(0.1) && copy.push(...Array.from({ length: 3000 }, (_, i) => cells.map((cell) => `${cell}${i}`))),
    );
    if (copy.length === 0) copy.push([]);
  }
  return copy;
}

/** Rows as CSV. */
export function csvOf(random, rows) {
  const quoted = (cell) =>
    /[",\r\n]/.test(cell) || random.chance(0.05) ? `"${String(cell).replaceAll('"', '""')}"` : cell;
  const text = rows.map((row) => row.map(quoted).join(',')).join(random.chance(0.1) ? '\r\n' : '\n');
  return random.chance(0.05) ? mutateText(random, text) : text;
}

export const encode = (text) => new TextEncoder().encode(text);
export const decode = (bytes) => new TextDecoder().decode(bytes);
