/** The most that one request may ask for, and how long each part of it may take. */
export interface ServiceLimits {
  /** Bytes of a request. */
  readonly bytes: number;
  /** Frames of a clip. */
  readonly frames: number;
  /** Seconds of a clip, by its frames a second. */
  readonly seconds: number;
  /** Pixels of a frame, width times height. */
  readonly pixels: number;
  /** Pixels of all frames of a clip. */
  readonly clipPixels: number;
  /** Seconds in which a request must have arrived. */
  readonly uploadSeconds: number;
  /** Seconds that a request may wait for a worker. */
  readonly waitSeconds: number;
  /** Seconds that a worker may take for a clip: reading, finding the face, predicting. */
  readonly predictSeconds: number;
  /** Requests that may arrive at the same time. */
  readonly uploads: number;
  /** Requests that may wait for a worker. */
  readonly queue: number;
}

/**
 * The limits that hold unless others are given. The pixels of a clip are four seconds of a camera of 200 frames a second at 640 x 480, or of 30 frames a second
 * at 1920 x 1080.
 */
export const SERVICE_LIMITS: ServiceLimits = Object.freeze({
  bytes: 64 * 2 ** 20,
  frames: 1200,
  seconds: 30,
  pixels: 2 ** 22,
  clipPixels: 2 ** 28,
  uploadSeconds: 30,
  waitSeconds: 30,
  predictSeconds: 30,
  uploads: 32,
  queue: 16,
});

/** The largest that each may be set to. */
const MOST: ServiceLimits = {
  bytes: 2 ** 31 - 1,
  frames: 100_000,
  seconds: 3600,
  pixels: 2 ** 26,
  clipPixels: 2 ** 34,
  uploadSeconds: 3600,
  waitSeconds: 3600,
  predictSeconds: 3600,
  uploads: 10_000,
  queue: 10_000,
};

/** Limits with what is not given from {@link SERVICE_LIMITS}. */
export function serviceLimits(given: Partial<ServiceLimits> = {}): ServiceLimits {
  const limits: Record<string, number> = { ...SERVICE_LIMITS };
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(SERVICE_LIMITS, name)) {
      throw new RangeError(
        `Cannot serve as a limit must be one of ${Object.keys(SERVICE_LIMITS).join(', ')}: current value is ${name}`,
      );
    }
    if (value === undefined) continue;
    const most = MOST[name as keyof ServiceLimits];
    const least = name === 'queue' ? 0 : 1;
    const whole = name.endsWith('econds') || Number.isInteger(value);
    if (!(whole && value <= most && (name.endsWith('econds') ? value > 0 : value >= least))) {
      const range = name.endsWith('econds')
        ? `a number above 0, up to ${most}`
        : `a whole number from ${least} to ${most}`;
      throw new RangeError(`Cannot serve as limits.${name} must be ${range}: current value is ${String(value)}`);
    }
    limits[name] = value;
  }
  return limits as unknown as ServiceLimits;
}
