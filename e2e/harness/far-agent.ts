import type { Child } from './child.ts';
import type { HttpClient } from './http.ts';
import type { Place } from './place.ts';
import type { Server } from './server.ts';
import { until } from './until.ts';

/** Has an agent by the name `far`, in a process of its own, join the pool `lab`; resolves once the control plane knows it. */
export async function joinFarAgent(place: Place, server: Server, http: HttpClient): Promise<Child> {
  const { stdout } = await place.errand(['pool', 'token', 'lab'], { env: server.env }).ended;
  const data = place.hasAgent(place.path('machine'));
  const agent = place.errand([
    'agent',
    '--url',
    server.url,
    '--data',
    data,
    '--token',
    stdout.trim(),
    '--name',
    'far',
  ]);
  await until(async () => (await http.ask('GET', '/v1/agents')).text.includes('"far"'), 'the agent');
  return agent;
}
