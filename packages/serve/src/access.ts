import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { ServiceError } from './service-error.js';

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Fewest characters of a token. */
const LEAST_TOKEN = 16;

/** Throws unless a token can be one: it travels in a header. */
export function checkToken(token: string): void {
  if (token.length < LEAST_TOKEN || !/^[\x21-\x7e]+$/.test(token)) {
    throw new RangeError(
      `Cannot serve as the token must be at least ${LEAST_TOKEN} characters, letters, digits and signs of ASCII without spaces. One: openssl rand -hex 32`,
    );
  }
}

/** A check that a request carries the token; the time that it takes says nothing about the token. */
export function tokenCheck(token: string): (request: FastifyRequest) => void {
  const wanted = digest(token);
  return ({ headers }) => {
    const given = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    if (given !== undefined && timingSafeEqual(digest(given), wanted)) return;
    throw new ServiceError(
      401,
      'no-token',
      'Cannot answer as the request must carry the token of this service: Authorization: Bearer <token>',
    );
  };
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]|::1)$/i;

/** Whether an address to bind to is for this machine alone. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host);

/**
 * A check that a request was sent to this machine by one of its own names. A page elsewhere can have a name of its own lead here (DNS rebinding), and would else
 * read answers as if they were its own.
 */
export function hostCheck(names: readonly string[]): (request: FastifyRequest) => void {
  const allowed = new Set(names.map((name) => name.toLowerCase()));
  return ({ headers }) => {
    const name = (headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
    if (LOOPBACK.test(name) || allowed.has(name)) return;
    throw new ServiceError(
      421,
      'other-host',
      'Cannot answer as the request must name this machine in its Host header: start the service with --allow-host for another name',
    );
  };
}
