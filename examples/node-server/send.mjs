/** Sends a clip, then more than the server has room for, then what it must refuse. */
const address = process.argv[2] ?? `http://127.0.0.1:${process.env.PORT ?? 8080}`;
const [frames, height, width] = [12, 64, 64];
/** A bright spot that moves. */
const bytes = new Uint8Array(frames * height * width * 3).map((_, i) => {
  const [pixel, t] = [Math.floor(i / 3) % (height * width), Math.floor(i / (3 * height * width))];
  const [x, y] = [pixel % width, Math.floor(pixel / width)];
  return 255 * Math.exp(-((x - 24 - t) ** 2 + (y - 32) ** 2) / 60);
});
const send = (query, body) => fetch(`${address}/clip?${query}`, { method: 'POST', body, duplex: 'half' });
const good = `frames=${frames}&height=${height}&width=${width}`;

const { class: found, probabilities, picture } = await (await send(good, bytes)).json();
console.log(found, probabilities, picture.slice(0, 40));

// eight whose bodies come slowly fill the room; whoever comes then is told to come later
let letGo;
const gate = new Promise((resolve) => {
  letGo = resolve;
});
const slowly = () =>
  new ReadableStream({
    async start(controller) {
      controller.enqueue(bytes.subarray(0, 1000));
      await gate;
      controller.enqueue(bytes.subarray(1000));
      controller.close();
    },
  });
const eight = Array.from({ length: 8 }, () => send(good, slowly()));
let status = 200;
for (let n = 0; n < 50 && status !== 503; n++) {
  ({ status } = await send(good, bytes));
  await new Promise((resolve) => setTimeout(resolve, 100));
}
letGo();
const statuses = (await Promise.all(eight)).map((response) => response.status);
console.log(`while eight are read: ${status}; the eight: ${statuses.join(' ')}`);

for (const [query, body] of [
  ['frames=12&height=64&width=9000', bytes],
  ['frames=64&height=256&width=256', bytes],
  [good, bytes.subarray(1)],
]) {
  const response = await send(query, body);
  console.log(response.status, (await response.json()).error);
}
