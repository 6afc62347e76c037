/** Whether this machine has a Redis server; its name. */
export const redisServer: string | undefined;
/** Starts one that listens on a socket in a folder. */
export function startRedis(
  dir: string,
): Promise<{ url: string; pid: number; end(signal?: NodeJS.Signals): Promise<void> }>;
