/** Bytes before each block, and what sizes are rounded up to. */
const HEADER = 8;
const GRAIN = 16;
const PAGE = 65536;

/** What the heap of the wasm backend holds before any tensor: code's data and stack. */
const BASE = 8 * 2 ** 20;

/** Emscripten grows a heap by a fifth more than is asked for, but by no more than this. */
const MOST_GROWTH = 96 * 2 ** 20;

interface Hole {
  at: number;
  size: number;
}

/**
 * Where the allocator of the wasm backend would put blocks, and how long its heap would grow: best fit, neighbours joined when freed, else the end of the
 * heap. No memory is taken.
 */
export class HeapModel {
  private readonly holes: Hole[] = [];
  private readonly blocks = new Map<number, number>();
  private top = BASE;

  /** Bytes that the heap has grown to. */
  length = 16 * 2 ** 20;

  /** Takes a block; gives its place. */
  take(bytes: number): number {
    const size = Math.max(GRAIN, Math.ceil((bytes + HEADER) / GRAIN) * GRAIN);
    let best = -1;
    for (let i = 0; i < this.holes.length; i++) {
      const hole = this.holes[i]!;
      if (hole.size >= size && (best < 0 || hole.size < this.holes[best]!.size)) best = i;
    }
    let at = this.top;
    if (best >= 0) {
      const hole = this.holes[best]!;
      at = hole.at;
      if (hole.size === size) this.holes.splice(best, 1);
      else this.holes[best] = { at: hole.at + size, size: hole.size - size };
    } else {
      this.top += size;
      if (this.top > this.length) {
        const grown = Math.max(this.top, Math.min(this.length * 1.2, this.top + MOST_GROWTH));
        this.length = Math.ceil(grown / PAGE) * PAGE;
      }
    }
    this.blocks.set(at, size);
    return at;
  }

  /** Gives a block back. */
  give(at: number): void {
    const size = this.blocks.get(at)!;
    this.blocks.delete(at);
    let i = this.holes.findIndex((hole) => hole.at > at);
    if (i < 0) i = this.holes.length;
    this.holes.splice(i, 0, { at, size });
    this.join(i);
    this.join(i - 1);
    const last = this.holes.at(-1);
    if (last && last.at + last.size === this.top) {
      this.top = last.at;
      this.holes.pop();
    }
  }

  /** Joins a hole with the next, if they touch. */
  private join(i: number): void {
    const [hole, next] = [this.holes[i], this.holes[i + 1]];
    if (!hole || !next || hole.at + hole.size !== next.at) return;
    hole.size += next.size;
    this.holes.splice(i + 1, 1);
  }
}
