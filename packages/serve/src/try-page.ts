/** What the page may do: run and show what this service gives, and ask this service. */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>mer serve</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/page.css">
<script type="module" src="/page.js"></script>
</head>
<body>
<main>
<header>
<h1 id="name">mer serve</h1>
<p id="about"></p>
<dl id="facts"></dl>
</header>
<form id="form">
<p><label for="clip">Clip: a video, frames in order, a zip of frames, or an npy file</label>
<input id="clip" name="clip" type="file" multiple required accept="video/*,image/png,image/jpeg,image/bmp,.zip,.npy,.avi,.mkv"></p>
<fieldset>
<legend>If you know them</legend>
<label>Onset <input name="onset" type="number" min="0" step="1" placeholder="spotted"></label>
<label>Apex <input name="apex" type="number" min="0" step="1" placeholder="spotted"></label>
<label>Offset <input name="offset" type="number" min="0" step="1" placeholder="spotted"></label>
<label>Frames a second <input name="fps" type="number" min="0" step="any" placeholder="of the video"></label>
</fieldset>
<p><label class="check"><input name="heatMaps" type="checkbox" value="true" checked> Show where the network looks</label></p>
<p id="token-line" hidden><label>Token <input id="token" type="password" autocomplete="off"></label></p>
<p><button>Predict</button> <span id="state" role="status"></span></p>
</form>
<section id="answer" hidden aria-live="polite">
<h2 id="verdict"></h2>
<table><caption>Probabilities</caption><tbody id="bars"></tbody></table>
<div id="pictures"></div>
<details><summary>The answer as it was sent</summary><pre id="raw"></pre></details>
</section>
<section>
<h2>From a program</h2>
<pre id="curl"></pre>
<p>Every address, field and answer: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1; any client generator or viewer reads it). Others: <a href="/model">/model</a>, <a href="/healthz">/healthz</a>, <a href="/readyz">/readyz</a>, <a href="/metrics">/metrics</a>.</p>
</section>
<footer>A probability is no proof of what anybody feels. Clips are looked at and forgotten: nothing is kept, nothing of them is logged.</footer>
</main>
</body>
</html>
`;

const CSS = `:root { color-scheme: light dark; --line: #8886; --bar: #3567b5; }
@media (prefers-color-scheme: dark) { :root { --bar: #7aa5e8; } }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 44rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 1.5rem 0 .5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .75rem 0; }
dt { opacity: .75; }
dd { margin: 0; overflow-wrap: anywhere; }
form { border: 1px solid var(--line); border-radius: .5rem; padding: .25rem 1rem; margin: 1rem 0; }
form > p > label { display: block; }
fieldset { border: 0; padding: 0; margin: 0; display: flex; flex-wrap: wrap; gap: .75rem; }
fieldset label { display: flex; flex-direction: column; }
legend { padding: 0; opacity: .75; }
input[type=number] { width: 7.5rem; font: inherit; }
button { font: inherit; padding: .35rem 1.25rem; }
table { width: 100%; border-collapse: collapse; }
caption { text-align: left; opacity: .75; }
th { text-align: left; font-weight: normal; padding-right: 1rem; white-space: nowrap; }
td { width: 100%; }
td.number { width: auto; text-align: right; padding-left: 1rem; white-space: nowrap; font-variant-numeric: tabular-nums; }
progress { width: 100%; height: 1rem; accent-color: var(--bar); }
#pictures { display: flex; flex-wrap: wrap; gap: 1rem; margin: 1rem 0; }
figure { margin: 0; }
img { width: 12rem; height: 12rem; object-fit: contain; image-rendering: pixelated; display: block; background: #8882; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid var(--line); border-radius: .5rem; font-size: .85rem; }
.refused { color: #b3261e; }
@media (prefers-color-scheme: dark) { .refused { color: #ff8a80; } }
footer { margin-top: 2rem; opacity: .75; font-size: .9rem; }
`;

const SCRIPT = `const at = (id) => document.getElementById(id);
const make = (tag, text = '', more = {}) => Object.assign(document.createElement(tag), { textContent: text }, more);
const headers = () => (at('token').value ? { authorization: 'Bearer ' + at('token').value } : {});
const percent = (value) => (100 * value).toFixed(1) + ' %';

at('curl').textContent = 'curl -F clip=@clip.mp4 -F heatMaps=true ' + location.origin + '/predict';

async function showModel() {
  const reply = await fetch('/model', { headers: headers() });
  at('token-line').hidden = reply.status !== 401 && !at('token').value;
  if (!reply.ok) {
    at('about').textContent = (await reply.json()).reason;
    return;
  }
  const model = await reply.json();
  at('name').textContent = document.title = model.name;
  at('about').textContent = model.description ?? '';
  const facts = [
    ['Classes', model.classes.join(', ')],
    ['Trained on', model.data.map(({ name, samples, subjects }) => name + (samples ? ', ' + samples + ' clips' : '') + (subjects ? ' of ' + subjects + ' people' : '')).join('; ')],
    ['To expect', expected(model.expected)],
    ['License', 'weights: ' + model.license.weights + '; data: ' + model.license.data],
  ];
  at('facts').replaceChildren(...facts.filter(([, text]) => text).flatMap(([name, text]) => [make('dt', name), make('dd', text)]));
}

function expected({ note, evaluation }) {
  const scores = Object.entries(evaluation?.scores ?? {}).slice(0, 3);
  const shown = scores.map(([name, { value, interval }]) => name + ' ' + value.toFixed(3) + (interval ? ' (' + interval.map((end) => end.toFixed(3)).join(' to ') + ')' : ''));
  return [shown.join(', '), note].filter(Boolean).join('. ');
}

function showAnswer(answer) {
  at('answer').hidden = false;
  const verdict = at('verdict');
  verdict.className = answer.answered ? '' : 'refused';
  verdict.textContent = answer.answered ? answer.predicted : answer.reason;
  const rows = (answer.probabilities ?? []).map((value, i) => {
    const row = document.createElement('tr');
    const bar = document.createElement('td');
    bar.append(make('progress', percent(value), { value, max: 1 }));
    const std = answer.members > 1 ? ' ± ' + (100 * answer.std[i]).toFixed(1) : '';
    row.append(make('th', answer.classes[i], { scope: 'row' }), bar, make('td', percent(value) + std, { className: 'number' }));
    return row;
  });
  at('bars').replaceChildren(...rows);
  at('bars').parentElement.hidden = rows.length === 0;
  const pictures = (answer.heatMaps ?? []).map(({ input, png }) => {
    const figure = document.createElement('figure');
    figure.append(make('img', '', { src: 'data:image/png;base64,' + png, alt: 'Where the network looked in ' + input }), make('figcaption', input));
    return figure;
  });
  at('pictures').replaceChildren(...pictures);
  const short = { ...answer, ...(answer.heatMaps && { heatMaps: answer.heatMaps.map(({ input, png }) => ({ input, png: png.slice(0, 16) + '…' })) }) };
  at('raw').textContent = JSON.stringify(short, null, 1);
}

at('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  const files = form.getAll('clip').sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  form.delete('clip');
  for (const file of files) form.append('clip', file);
  const button = event.target.querySelector('button');
  button.disabled = true;
  at('state').textContent = 'looking at the clip …';
  const began = performance.now();
  try {
    const reply = await fetch('/predict', { method: 'POST', body: form, headers: headers() });
    showAnswer(await reply.json());
    at('state').textContent = ((performance.now() - began) / 1000).toFixed(2) + ' s';
  } catch (error) {
    showAnswer({ answered: false, code: 'no-service', reason: 'The service does not answer: ' + error.message });
    at('state').textContent = '';
  } finally {
    button.disabled = false;
  }
});
at('token').addEventListener('change', showModel);
await showModel();
`;

/** The files of the page to try a service: nothing of it comes from elsewhere, and none of it is inline. */
export const PAGE_FILES: Readonly<Record<string, { readonly type: string; readonly body: string }>> = {
  '/': { type: 'text/html; charset=utf-8', body: HTML },
  '/page.css': { type: 'text/css; charset=utf-8', body: CSS },
  '/page.js': { type: 'text/javascript; charset=utf-8', body: SCRIPT },
};
