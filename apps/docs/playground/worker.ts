// Everything that computes, away from the page.
import { createAnswers } from './engine/answers.ts';
import { answering, noticing } from './line.ts';
import type { Port } from './protocol.ts';

const port = globalThis as unknown as Port;
answering(port, createAnswers(noticing(port)));
