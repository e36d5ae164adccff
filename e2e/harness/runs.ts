import type { Run } from '@errand/contract';
import type { RunCreateInput } from '@errand/sdk';
import type { HttpClient } from './http.ts';

/** Submits a run and answers what the API says of it. Throws unless it was taken. With an Idempotency-Key it may be repeated. */
export async function submit(http: HttpClient, run: RunCreateInput, key?: string): Promise<Run> {
  const headers = key === undefined ? {} : { 'idempotency-key': key };
  const answer = await http.ask('POST', '/v1/runs', { body: run, headers });
  if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`);
  return JSON.parse(answer.text) as Run;
}

/** The run as it is, or once it has ended. */
export async function look(http: HttpClient, id: string, wait: 'now' | 'ended' = 'now'): Promise<Run> {
  for (;;) {
    const answer = await http.ask('GET', `/v1/runs/${id}${wait === 'ended' ? '?wait=30s' : ''}`);
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
    const run = JSON.parse(answer.text) as Run;
    if (wait === 'now' || run.endedAt !== null) return run;
  }
}

/** Submits a run and waits for its end. */
export async function finish(http: HttpClient, run: RunCreateInput): Promise<Run> {
  return await look(http, (await submit(http, run)).id, 'ended');
}

/** Its whole log. */
export async function logOf(http: HttpClient, id: string, query = ''): Promise<Buffer> {
  const answer = await http.ask('GET', `/v1/runs/${id}/log${query}`);
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  return answer.bytes;
}
