// The layers of a network as a picture: blocks by the names of the layers, arrows as the layers feed each other.
import dagre from '@dagrejs/dagre';

const MOST = 34;
const LINE = 16;
const escaped = (text) => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Layers joined to blocks by the first segments of their names, as fine as still fits on a page. */
export function blocksOf(rows) {
  const deepest = Math.max(...rows.map(({ name }) => name.split('.').length));
  for (let depth = deepest; depth > 1; depth--) {
    const blocks = joined(rows, (name) => name.split('.').slice(0, depth).join('.'));
    if (blocks.length <= MOST && !hasCycle(blocks)) return blocks;
  }
  const coarse = joined(rows, (name) => name.split('.')[0]);
  return hasCycle(coarse) ? joined(rows, (name) => name) : coarse;
}

function joined(rows, keyOf) {
  const blocks = new Map();
  for (const row of rows) {
    const key = keyOf(row.name);
    const block = blocks.get(key) ?? { name: key, layers: [], inputs: new Set(), trainable: 0 };
    blocks.set(key, block);
    block.layers.push(row);
    block.trainable += row.trainable;
    for (const input of row.inputs) if (keyOf(input) !== key) block.inputs.add(keyOf(input));
  }
  return [...blocks.values()];
}

function hasCycle(blocks) {
  const left = new Map(blocks.map(({ name, inputs }) => [name, new Set(inputs)]));
  while (left.size > 0) {
    const ready = [...left].filter(([, inputs]) => ![...inputs].some((input) => left.has(input)));
    if (ready.length === 0) return true;
    for (const [name] of ready) left.delete(name);
  }
  return false;
}

const shapeText = (shape) => shape.map((side) => side ?? '?').join(' × ');

function linesOf({ name, layers, trainable }) {
  const last = layers.at(-1);
  const what = layers.length === 1 ? last.type.replace('InputLayer', 'input') : `${layers.length} layers`;
  const size = trainable > 0 ? `, ${trainable.toLocaleString('en-US')}` : '';
  return [name, `${what}${size}`, shapeText(last.shape)];
}

/** Where the blocks and arrows of a network lie. */
export function layOut(rows) {
  const blocks = blocksOf(rows);
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: 'TB', nodesep: 14, ranksep: 22, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const block of blocks) {
    const lines = linesOf(block);
    const width = Math.max(...lines.map((line) => line.length)) * 6.6 + 20;
    graph.setNode(block.name, { lines, width, height: lines.length * LINE + 12, block });
  }
  for (const { name, inputs } of blocks) for (const input of inputs) graph.setEdge(input, name);
  dagre.layout(graph);
  return graph;
}

/** An SVG document in the colors of a theme. */
export function networkPicture(graph, title, { ink, muted, panel, grid, series }) {
  const { width, height } = graph.graph();
  const edges = graph.edges().map((edge) => {
    const [first, ...rest] = graph.edge(edge).points.map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`);
    return `<path d="M${first} L${rest.join(' L')}" fill="none" stroke="${muted}" marker-end="url(#arrow)"/>`;
  });
  const nodes = graph.nodes().map((name) => {
    const { x, y, width: w, height: h, lines, block } = graph.node(name);
    const kind = block.inputs.size === 0 ? series[2] : block.trainable > 0 ? series[0] : grid;
    const text = lines.map(
      (line, i) =>
        `<text x="${x.toFixed(1)}" y="${(y - h / 2 + 18 + i * LINE).toFixed(1)}" fill="${i === 0 ? ink : muted}"${i === 0 ? ' font-weight="600"' : ''}>${escaped(line)}</text>`,
    );
    return `<rect x="${(x - w / 2).toFixed(1)}" y="${(y - h / 2).toFixed(1)}" width="${w.toFixed(1)}" height="${h}" rx="5" fill="${panel}" stroke="${kind}" stroke-width="1.5"/>${text.join('')}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width.toFixed(0)} ${height.toFixed(0)}" width="${width.toFixed(0)}" height="${height.toFixed(0)}" font-family="system-ui, sans-serif" font-size="12" text-anchor="middle">
<title>${escaped(title)}</title>
<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 L8 4 L0 8 Z" fill="${muted}"/></marker></defs>
${edges.join('\n')}
${nodes.join('\n')}
</svg>
`;
}
