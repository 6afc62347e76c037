// Everything that computes, away from the page.
import { createAnswers } from './engine/answers.ts';
import { answering } from './line.ts';
import type { Port } from './protocol.ts';

answering(globalThis as unknown as Port, createAnswers());
