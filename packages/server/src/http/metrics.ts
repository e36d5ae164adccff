import type { OpenCount } from '@errand/core';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Figures for Prometheus. */
export interface Metrics {
  readonly contentType: string;
  request(method: string, status: number, ms: number): void;
  text(open: readonly OpenCount[]): Promise<string>;
}

const SECONDS = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60];

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'errand_http_requests_total',
    help: 'Answered requests',
    labelNames: ['method', 'status'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'errand_http_request_seconds',
    help: 'Time until the answer began',
    buckets: SECONDS,
    registers: [registry],
  });
  const runs = new Gauge({
    name: 'errand_runs_open',
    help: 'Runs that have not finished',
    labelNames: ['pool', 'state'],
    registers: [registry],
  });
  return {
    contentType: registry.contentType,
    request: (method, status, ms) => {
      requests.inc({ method, status });
      seconds.observe(ms / 1_000);
    },
    text: async (open) => {
      runs.reset();
      for (const { pool, state, count } of open) runs.set({ pool, state }, count);
      return await registry.metrics();
    },
  };
}
