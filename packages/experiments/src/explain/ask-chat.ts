import type { PromptMessage } from '@mer/spotting';
import * as v from 'valibot';

/** Options of {@link askChat}. */
export interface AskChatOptions {
  /** Base address of an API of OpenAI's form, such as `http://localhost:11434/v1`; `/chat/completions` is put behind it. */
  endpoint: string;
  /** Name of the model there. */
  model: string;
  /** Goes into the header `Authorization`; none by default. */
  key?: string | undefined;
  /** Seconds to wait for the answer; 120 by default. */
  timeout?: number;
  /** Ends the wait by throwing the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Most bytes of an answer. */
const MOST = 1e6;

const answerSchema = v.looseObject({
  choices: v.pipe(v.array(v.looseObject({ message: v.looseObject({ content: v.string() }) })), v.minLength(1)),
});

/**
 * Sends messages to an API of the form of OpenAI's that the caller names, and gives the answer's text. This is the only thing in this project that sends anything about a clip
 * anywhere, and it does so when it is called: the words of the messages, no picture.
 *
 * Redirects are not followed, so that the key goes nowhere else.
 *
 * @param messages - as `explanationPrompt` of `@mer/spotting` writes them
 * @param options - where to, which model, key
 * @returns the answer
 * @throws Error that names the endpoint and says what it answered; TypeError where the endpoint is no address
 *
 * @example
 * ```ts no-run
 * import { askChat } from '@mer/experiments';
 *
 * const messages = [{ role: 'user', content: 'Which action units raise a brow?' }] as const;
 * console.log(await askChat(messages, { endpoint: 'http://localhost:11434/v1', model: 'qwen3' }));
 * ```
 */
export async function askChat(
  messages: readonly PromptMessage[],
  { endpoint, model, key, timeout = 120, signal }: AskChatOptions,
): Promise<string> {
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol)) {
    throw new TypeError(`Cannot ask ${endpoint} as the endpoint must be an address (https://…/v1)`);
  }
  const address = `${endpoint.replace(/\/+$/, '')}/chat/completions`;
  const waiting = AbortSignal.timeout(1000 * timeout);
  try {
    const response = await fetch(address, {
      method: 'POST',
      redirect: 'error',
      headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
      body: JSON.stringify({ model, messages, temperature: 0 }),
      signal: signal ? AbortSignal.any([signal, waiting]) : waiting,
    });
    const text = await limited(response);
    if (!response.ok) throw new Error(`it answers ${response.status}: ${text.slice(0, 300)}`);
    const parsed = v.safeParse(answerSchema, JSON.parse(text));
    if (!parsed.success) throw new Error('its answer has no choices[0].message.content');
    return parsed.output.choices[0]!.message.content;
  } catch (cause) {
    signal?.throwIfAborted();
    const { name, message, cause: below } = cause as Error & { cause?: Error };
    const why =
      name === 'TimeoutError'
        ? `there is no answer after ${timeout} seconds`
        : cause instanceof SyntaxError
          ? 'its answer is no JSON'
          : (below?.message ?? message);
    throw new Error(`Cannot ask ${address} as ${why}`, { cause });
  }
}

/** The text of an answer, as long as it is not too long. */
async function limited(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > MOST) throw new Error(`its answer is longer than ${MOST / 1e6} MB`);
    parts.push(part);
  }
  return new TextDecoder().decode(Buffer.concat(parts));
}
