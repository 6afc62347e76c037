import { findBackendFactory, setBackend } from '@tensorflow/tfjs-core';
import { beforeAll } from 'vitest';

// A file of tests begins on the backend that it would have alone, whichever one the file before it left.
beforeAll(async () => {
  if (findBackendFactory('cpu')) await setBackend('cpu');
});
