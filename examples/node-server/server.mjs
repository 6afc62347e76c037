/**
 * POST /clip?frames=12&height=64&width=64 with the RGB bytes of the frames gives a class and a picture. One request is computed at a time, as wasm has one
 * thread: start as many processes as there are cores. What is too large is refused before it is read, what comes too fast before it waits.
 */
import { createServer } from 'node:http';
import { useBackend } from '@mer/backends';
import { answer, createNetwork } from './answer.mjs';
import { BusyError, createQueue } from './queue.mjs';

const LIMITS = { frames: 64, side: 256, bytes: 8_000_000, waiting: 8, seconds: 10 };
const { name } = await useBackend('wasm');
const network = createNetwork();
const enter = createQueue(LIMITS.waiting);

class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

function shapeOf(url) {
  const numberOf = (key, most) => {
    const value = Number(url.searchParams.get(key));
    if (Number.isInteger(value) && value >= 3 && value <= most) return value;
    throw new Refused(
      400,
      `Cannot answer as ${key} must be an integer from 3 to ${most}: current value is ${url.searchParams.get(key)}`,
    );
  };
  return [numberOf('frames', LIMITS.frames), numberOf('height', LIMITS.side), numberOf('width', LIMITS.side)];
}

/** The body, which must have the size that the shape asks for. */
async function bytesOf(request, [frames, height, width]) {
  const size = frames * height * width * 3;
  if (size > LIMITS.bytes)
    throw new Refused(413, `Cannot answer as a clip may have ${LIMITS.bytes} bytes: this one has ${size}`);
  const bytes = new Uint8Array(size);
  let length = 0;
  for await (const part of request) {
    if (length + part.length > size)
      throw new Refused(413, `Cannot answer as the clip must have ${size} bytes: there are more`);
    bytes.set(part, length);
    length += part.length;
  }
  if (length < size) throw new Refused(400, `Cannot answer as the clip must have ${size} bytes: there are ${length}`);
  return bytes;
}

async function handle(request) {
  const url = new URL(request.url, 'http://localhost');
  if (request.method !== 'POST' || url.pathname !== '/clip')
    throw new Refused(404, 'Cannot answer as the address must be POST /clip');
  const shape = shapeOf(url);
  return enter(async (inTurn) => {
    const bytes = await bytesOf(request, shape);
    return inTurn(() => answer(network, bytes, shape));
  });
}

const server = createServer({ requestTimeout: LIMITS.seconds * 1000 }, (request, response) => {
  const reply = (status, body) => {
    // what is left of a refused body is not read
    if (!request.complete) response.setHeader('connection', 'close');
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  handle(request).then(
    (body) => reply(200, body),
    (error) => {
      const status = error instanceof BusyError ? 503 : (error.status ?? 500);
      if (status === 500) console.error(error);
      if (status === 503) response.setHeader('retry-after', '1');
      reply(status, { error: status === 500 ? 'Something went wrong here' : error.message });
    },
  );
});
server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port} on ${name}`);
});
