/** The page: it asks the worker and draws what comes back. Nothing is computed here, so it stays quick. */
const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
const at = (id) => document.getElementById(id);
let files = [];

const ask = () => {
  at('status').textContent = 'Working…';
  worker.postMessage({ name: at('representation').value, files });
};
at('representation').addEventListener('change', ask);
at('files').addEventListener('change', () => {
  files = [...at('files').files];
  ask();
});

worker.addEventListener('error', ({ message }) => {
  at('status').textContent = `The worker has ended: ${message}`;
});
worker.addEventListener('message', ({ data }) => {
  if (data.names) {
    at('representation').replaceChildren(
      ...data.names.map((name) => new Option(name, name, name === 'trdi', name === 'trdi')),
    );
    return ask();
  }
  if (data.error) {
    at('status').textContent = data.error;
    return;
  }
  const { width, height, pixels, milliseconds } = data;
  Object.assign(at('picture'), { width, height });
  at('picture')
    .getContext('2d')
    .putImageData(new ImageData(pixels, width, height), 0, 0);
  at('status').textContent = `${width} x ${height} in ${milliseconds.toFixed(0)} ms`;
});
