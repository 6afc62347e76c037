import { describe, expect, it } from 'vitest';
import { optionalPackageError } from './optional-package.js';

const its = '@tensorflow/tfjs-backend-webgl';

describe('optionalPackageError', () => {
  it.each([
    [
      'Node',
      Object.assign(new Error(`Cannot find package '${its}' imported from /a.js`), { code: 'ERR_MODULE_NOT_FOUND' }),
    ],
    ['webpack', Object.assign(new Error(`Cannot find module '${its}'`), { code: 'MODULE_NOT_FOUND' })],
    ['Vite', new Error(`Could not resolve "${its}" imported by "@mer/backends". Is it installed?`)],
    ['Chromium', new TypeError(`Failed to resolve module specifier '${its}'`)],
    ['Firefox', new TypeError(`The specifier “${its}” was a bare specifier, but was not remapped to anything.`)],
    ['Safari', new TypeError(`Module name, '${its}' does not resolve to a valid URL.`)],
  ])('says what to install as %s puts it', (_where, cause) => {
    const error = optionalPackageError(its, cause);
    expect(error.message).toBe(`Cannot load ${its} as it must be installed: run "npm install ${its}"`);
    expect(error.cause).toBe(cause);
  });

  it('passes on why a package that is there cannot be loaded', () => {
    const missing = Object.assign(new Error("Cannot find module 'long'"), { code: 'MODULE_NOT_FOUND' });
    expect(optionalPackageError(its, missing).message).toBe(
      `Cannot load ${its} as its import fails: Cannot find module 'long'`,
    );
  });
});
