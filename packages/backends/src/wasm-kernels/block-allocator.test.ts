import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlockAllocator } from './block-allocator.js';

interface Stretch {
  start: number;
  bytes: number;
}

interface Block {
  at: number;
  bytes: number;
}

/** An allocator over stretches that it asks for, one after the other, with gaps between; the first `reserved` bytes are there at once. */
function allocator(reserved = 0) {
  const stretches: Stretch[] = [];
  let end = 4;
  const add = (bytes: number, to: BlockAllocator) => {
    stretches.push({ start: end, bytes });
    to.addStretch(end, bytes);
    end += bytes + 100;
  };
  const blocks = new BlockAllocator(add);
  if (reserved > 0) add(reserved, blocks);
  return { blocks, stretches };
}

const inside = ({ at, bytes }: Block, stretches: Stretch[]) =>
  stretches.some(({ start, bytes: length }) => at >= start && at + bytes <= start + length);

/** What is done: a block of so many bytes is taken, or the block at this place among those held is given back. */
const actions = fc.array(
  fc.oneof(fc.record({ take: fc.integer({ min: 1, max: 5000 }) }), fc.record({ give: fc.nat({ max: 1000 }) })),
  { maxLength: 200 },
);

describe('BlockAllocator', () => {
  it('gives blocks that begin at multiples of 64, lie in its stretches and never overlap', () => {
    fc.assert(
      fc.property(actions, fc.constantFrom(0, 20_000), (list, reserved) => {
        const { blocks, stretches } = allocator(reserved);
        const held: Block[] = [];
        for (const action of list) {
          if ('take' in action) {
            const block = { at: blocks.take(action.take), bytes: action.take };
            expect(block.at % 64).toBe(0);
            expect(inside(block, stretches)).toBe(true);
            expect(held.some(({ at, bytes }) => block.at < at + bytes && at < block.at + block.bytes)).toBe(false);
            held.push(block);
          } else if (held.length > 0) {
            const [block] = held.splice(action.give % held.length, 1);
            expect(blocks.give(block!.at)).toBe(true);
            expect(blocks.give(block!.at)).toBe(false);
          }
        }
      }),
    );
  });

  it('has each stretch in one piece again once all is given back, in any order', () => {
    fc.assert(
      fc.property(actions, fc.infiniteStream(fc.nat()), (list, order) => {
        const { blocks, stretches } = allocator(20_000);
        const held: number[] = [];
        for (const action of list) {
          if ('take' in action) held.push(blocks.take(action.take));
          else if (held.length > 0) blocks.give(held.splice(action.give % held.length, 1)[0]!);
        }
        while (held.length > 0) blocks.give(held.splice(order.next().value! % held.length, 1)[0]!);
        const count = stretches.length;
        // the whole of each, the shortest first, as the smallest gap that will do is taken
        const whole = stretches
          .map(({ start, bytes }) => {
            const at = Math.ceil(start / 64) * 64;
            return { at, bytes: Math.floor((start + bytes) / 64) * 64 - at };
          })
          .sort((a, b) => a.bytes - b.bytes);
        const found = whole.map(({ bytes }) => blocks.take(bytes));
        expect(stretches).toHaveLength(count);
        expect([...found].sort((a, b) => a - b)).toEqual(whole.map(({ at }) => at).sort((a, b) => a - b));
      }),
    );
  });

  it('takes the smallest gap that will do', () => {
    const { blocks } = allocator(2 ** 20);
    const [large, , small] = [1000, 64, 200, 64].map((bytes) => blocks.take(bytes));
    blocks.give(large!);
    blocks.give(small!);
    expect(blocks.take(150)).toBe(small);
    expect(blocks.take(150)).toBe(large);
  });

  it('joins stretches that touch', () => {
    const blocks = new BlockAllocator(() => {
      throw new Error('must not ask for more');
    });
    blocks.addStretch(640, 640);
    blocks.addStretch(0, 640);
    expect(blocks.take(1280)).toBe(0);
  });

  it('knows none but its own blocks', () => {
    const { blocks } = allocator();
    const at = blocks.take(100);
    expect([blocks.give(at + 64), blocks.give(at), blocks.give(at)]).toEqual([false, true, false]);
  });

  it('is as it was when there is no more', () => {
    let left = 1;
    const blocks = new BlockAllocator((bytes, to) => {
      left -= 1;
      if (left < 0) throw new RangeError('full');
      to.addStretch(0, bytes);
    });
    const at = blocks.take(1000);
    expect(() => blocks.take(1000)).toThrow('full');
    blocks.give(at);
    expect(blocks.take(1000)).toBe(at);
  });
});
