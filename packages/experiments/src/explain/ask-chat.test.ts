import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askChat } from './ask-chat.js';

let server: Server;
let endpoint = '';
const seen: { url: string; headers: IncomingHttpHeaders; body: unknown }[] = [];
let answer: [status: number, body: string, headers?: Record<string, string>] = [200, ''];

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      seen.push({ url: request.url!, headers: request.headers, body: body === '' ? undefined : JSON.parse(body) });
      response.writeHead(answer[0], answer[2]).end(answer[1]);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterAll(() => server.close());

const messages = [{ role: 'user', content: 'which?' }] as const;

describe('askChat()', () => {
  it('sends the messages and the key to the endpoint that is named, and gives the answer', async () => {
    answer = [200, JSON.stringify({ choices: [{ message: { role: 'assistant', content: 'positive' } }], usage: {} })];
    expect(await askChat(messages, { endpoint: `${endpoint}/`, model: 'small', key: 'secret' })).toBe('positive');
    expect(seen.at(-1)).toMatchObject({
      url: '/v1/chat/completions',
      headers: { authorization: 'Bearer secret' },
      body: { model: 'small', messages },
    });
    await askChat(messages, { endpoint, model: 'small' });
    expect(seen.at(-1)!.headers.authorization).toBeUndefined();
  });

  it('says what it was answered where that is no answer, and follows no redirect', async () => {
    const asked = () => askChat(messages, { endpoint, model: 'small', key: 'secret' });
    answer = [401, '{"error":"no such key"}'];
    await expect(asked()).rejects.toThrow(/^Cannot ask http.*completions as it answers 401: .*no such key/);
    answer = [200, '{"choices":[]}'];
    await expect(asked()).rejects.toThrow('its answer has no choices[0].message.content');
    answer = [200, '<html>'];
    await expect(asked()).rejects.toThrow('its answer is no JSON');
    answer = [200, 'x'.repeat(1_000_001)];
    await expect(asked()).rejects.toThrow('longer than 1 MB');
    const before = seen.length;
    answer = [302, '', { location: `${endpoint}/elsewhere` }];
    await expect(asked()).rejects.toThrow('Cannot ask');
    expect(seen.length).toBe(before + 1);
    await expect(askChat(messages, { endpoint: 'localhost:1', model: 'm' })).rejects.toThrow('must be an address');
  });
});
