import { describe, expect, it } from 'vitest';
import { checkToken, isLoopback } from './access.js';
import { SERVICE_LIMITS, serviceLimits } from './limits.js';

describe('serviceLimits', () => {
  it('takes those that are given, and refuses what cannot be one, by name', () => {
    expect(serviceLimits({ frames: 10, waitSeconds: 0.5, queue: 0 })).toEqual({
      ...SERVICE_LIMITS,
      ...{ frames: 10, waitSeconds: 0.5, queue: 0 },
    });
    for (const [given, text] of [
      [{ frame: 1 }, 'a limit must be one of bytes, frames, seconds'],
      [{ frames: 0 }, 'limits.frames must be a whole number from 1 to 100000: current value is 0'],
      [{ frames: 1.5 }, 'limits.frames must be a whole number'],
      [{ bytes: 2 ** 40 }, 'limits.bytes must be a whole number from 1 to 2147483647'],
      [{ predictSeconds: 0 }, 'limits.predictSeconds must be a number above 0, up to 3600: current value is 0'],
      [{ seconds: Number.NaN }, 'limits.seconds must be a number above 0'],
    ] as const) {
      expect(() => serviceLimits(given as never)).toThrow(text);
    }
  });
});

describe('access', () => {
  it('wants tokens that nobody guesses and headers carry', () => {
    checkToken('0123456789abcdef');
    for (const token of ['', 'short', 'with a space in it', `${'x'.repeat(16)}\n`, 'ünïcödé-tokens-are-none']) {
      expect(() => checkToken(token)).toThrow('Cannot serve as the token must be at least 16 characters');
    }
  });

  it('knows which addresses are of this machine alone', () => {
    expect(['localhost', '127.0.0.1', '127.1.2.3', '::1'].every(isLoopback)).toBe(true);
    expect(['0.0.0.0', '::', '10.0.0.1', 'localhost.example', '1127.0.0.1'].some(isLoopback)).toBe(false);
  });
});
