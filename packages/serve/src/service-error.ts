/** Why a request got no answer. */
export interface ErrorBody {
  answered: false;
  /** What kind of reason, one word that does not change. */
  code: string;
  /** The reason, one sentence for people. */
  reason: string;
}

/** A request that is refused: the status of HTTP, a code for programs, and a sentence for people. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly status: number;
  readonly code: string;
  /** Seconds after which it may be tried again. */
  readonly retryAfter: number | undefined;

  constructor(
    status: number,
    code: string,
    reason: string,
    { retryAfter, ...options }: ErrorOptions & { retryAfter?: number } = {},
  ) {
    super(reason, options);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** What a client is told. */
export const errorBody = (code: string, reason: string): ErrorBody => ({ answered: false, code, reason });
