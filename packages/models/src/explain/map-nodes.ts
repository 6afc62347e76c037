import { suggestion } from '@mer/options';
import type * as tfl from '@tensorflow/tfjs-layers';
import { CrossAttention } from '../layers/cross-attention.js';
import { TransformerBlock } from '../layers/transformer-block.js';
import { sourcesOf } from './evaluate.js';

/** A node of a model's graph whose values are features of places: maps, or tokens that lie on a grid. */
export interface MapNode {
  /** The node: `[batch, height, width, channels]`, or `[batch, tokens, channels]`. */
  readonly node: tfl.SymbolicTensor;
  /** Height and width of the maps or of the tokens' grid. */
  readonly grid: readonly [number, number];
  /** Tokens before those of the grid: 1 with a class token. */
  readonly skip: number;
  /** Indices of the inputs whose places these are. */
  readonly origins: ReadonlySet<number>;
  /** Layers on the longest path from an input. */
  readonly depth: number;
}

/** What is known of a node while the graph is walked. */
interface NodeFacts {
  readonly origins: ReadonlySet<number>;
  readonly depth: number;
  readonly learned: boolean;
  readonly grid: readonly [number, number] | null;
  readonly skip: number;
}

/** Layers that only move, drop or pool what the layer before them has made. */
const PASSIVE = /InputLayer|Pool|Flatten|Reshape|Regroup|Dropout|DropPath|Permute|Resize|Padding|Sampling|Slice/;

/** All nodes of a model that Grad-CAM can explain, in the order in which they run. */
export function mapNodes(model: tfl.LayersModel): MapNode[] {
  const facts = new Map<number, NodeFacts>();
  const found: MapNode[] = [];
  let lastBlock = -1;
  const visit = (node: tfl.SymbolicTensor): NodeFacts => {
    const known = facts.get(node.id);
    if (known !== undefined) return known;
    const layer = node.sourceLayer;
    const input = model.inputs.findIndex(({ id }) => id === node.id);
    const sources = input === -1 ? sourcesOf(node).map(visit) : [];
    // the places of cross-attention's result are those of its queries
    const placing = layer instanceof CrossAttention ? sources.slice(0, 1) : sources;
    const { grid, skip } = gridOf(node, placing[0]);
    const own: NodeFacts = {
      origins: new Set(input === -1 ? placing.flatMap(({ origins }) => [...origins]) : [input]),
      depth: Math.max(-1, ...sources.map(({ depth }) => depth)) + 1,
      learned: layer.weights.length > 0 || sources.some(({ learned }) => learned),
      grid,
      skip,
    };
    facts.set(node.id, own);
    if (layer instanceof TransformerBlock) lastBlock = own.depth;
    const rank = node.shape.length;
    const placed = rank === 4 || (rank === 3 && grid !== null && node.shape[1] === grid[0] * grid[1] + skip);
    if (placed && grid !== null && grid[0] * grid[1] > 1 && own.learned && !PASSIVE.test(layer.getClassName())) {
      found.push({ node, grid, skip, origins: own.origins, depth: own.depth });
    }
    return own;
  };
  model.outputs.slice(0, 1).forEach(visit);
  // after the last block nothing but the class token counts: the other tokens have no gradient
  return found.filter(({ skip, depth }) => skip === 0 || depth < lastBlock);
}

/** The grid on which a node's values lie: its own height and width, or for tokens that of the maps they come from. */
function gridOf(node: tfl.SymbolicTensor, source: NodeFacts | undefined): Pick<NodeFacts, 'grid' | 'skip'> {
  const { shape } = node;
  if (shape.length === 4) {
    const [height, width] = [shape[1], shape[2]];
    return { grid: height == null || width == null ? null : [height, width], skip: 0 };
  }
  const grid = shape.length === 3 ? (source?.grid ?? null) : null;
  if (grid === null) return { grid, skip: 0 };
  const skip = shape[1]! - grid[0] * grid[1];
  return skip === 0 || skip === 1 ? { grid, skip } : { grid: null, skip: 0 };
}

/** The node that explains each input, or null where it has no maps; see {@link lastMapNodes}. */
function explaining(model: tfl.LayersModel): (MapNode | null)[] {
  const nodes = mapNodes(model);
  return model.inputs.map((_, input) => {
    const own = nodes.filter(({ origins }) => origins.has(input));
    const fewest = Math.min(...own.map(({ origins }) => origins.size));
    return own
      .filter(({ origins }) => origins.size === fewest)
      .reduce<MapNode | null>((last, next) => (last === null || next.depth >= last.depth ? next : last), null);
  });
}

/** Whether every input has maps that explain it. */
export const isExplained = (model: tfl.LayersModel): boolean => explaining(model).every((node) => node !== null);

/**
 * The node that explains each input: the last one whose places are those of this input alone, before branches are joined;
 * where there is none, the last one whose places are those of the fewest inputs.
 */
export function lastMapNodes(task: string, model: tfl.LayersModel): MapNode[] {
  return explaining(model).map((node, input) => {
    if (node) return node;
    throw new TypeError(
      `Cannot ${task} as a layer must give maps of more than one place for input ${model.inputNames[input]}: there is none`,
    );
  });
}

/** The node that a layer with a name gives. */
export function namedMapNode(task: string, model: tfl.LayersModel, name: string): MapNode {
  const nodes = mapNodes(model);
  const found = nodes.find(({ node }) => node.sourceLayer.name === name);
  if (found !== undefined) return found;
  const names = nodes.map(({ node }) => node.sourceLayer.name);
  const state = model.layers.some((layer) => layer.name === name)
    ? `"${name}", whose values are no maps of learned features that the output depends on`
    : `"${name}", which the model does not have${suggestion(name, names)}`;
  const shown = names.length > 12 ? ['…', ...names.slice(-12)] : names;
  throw new RangeError(`Cannot ${task} as layer must be one of ${shown.join(', ')}: current value is ${state}`);
}
