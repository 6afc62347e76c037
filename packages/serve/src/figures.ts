import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Runner } from './job.js';

/** What Prometheus reads of a service. */
export interface Figures {
  readonly contentType: string;
  /** A request was answered. */
  answered(route: string, status: number, seconds: number): void;
  /** A clip was refused, or a request was. */
  refused(code: string): void;
  text(): Promise<string>;
  close(): void;
}

/** Seconds: pictures that are refused at once, up to clips that are cut off. */
const BUCKETS = [0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60];

/** Figures of a service, in a registry of its own. */
export function openFigures(runner: Runner, arriving: () => number): Figures {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'mer_requests_total',
    help: 'Requests that were answered, by route and status.',
    labelNames: ['route', 'status'],
    registers,
  });
  const seconds = new Histogram({
    name: 'mer_request_seconds',
    help: 'Seconds from the first byte of a request to the last of its answer.',
    labelNames: ['route'],
    buckets: BUCKETS,
    registers,
  });
  const refusals = new Counter({
    name: 'mer_refused_total',
    help: 'Clips and requests that were refused, by code.',
    labelNames: ['code'],
    registers,
  });
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  gauge('mer_requests_arriving', 'Requests whose clip is being received.', arriving);
  gauge('mer_queue_length', 'Clips that wait for a worker.', () => runner.queue.queued);
  gauge('mer_clips_running', 'Clips that workers look at.', () => runner.queue.running);
  gauge('mer_ready', 'Whether a worker is there to look at a clip.', () => Number(runner.ready));
  gauge(
    'mer_worker_restarts',
    'Workers that were ended or ended themselves, since the start.',
    () => runner.workers.restarts,
  );
  new Gauge({
    name: 'mer_worker_memory_bytes',
    help: 'Bytes that a worker held when it answered last.',
    labelNames: ['worker'],
    registers,
    collect() {
      for (const [i, bytes] of runner.workers.memory.entries()) this.set({ worker: i }, bytes);
    },
  });
  return {
    contentType: registry.contentType,
    answered(route, status, took) {
      requests.inc({ route, status });
      seconds.observe({ route }, took);
    },
    refused: (code) => refusals.inc({ code }),
    text: () => registry.metrics(),
    close: () => registry.clear(),
  };
}
