import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { awsTools } from '../../packages/server/src/aws/testing/moto-server.ts';
import { dockerEngine } from '../../packages/server/src/providers/docker/testing/docker-engine.ts';
import { requires } from '../../scripts/requires.ts';
import { logOf, look, submit } from '../harness/runs.ts';
import { settled } from '../harness/sessions.ts';
import { TaskCloud } from '../harness/task-cloud.ts';
import { until } from '../harness/until.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 180_000 });

requires(awsTools, dockerEngine)('a session in a task of ECS', () => {
  let cloud: TaskCloud;
  let create: string;
  beforeAll(async () => {
    cloud = await TaskCloud.open((image) => ({
      templates: {
        page: {
          spec: {
            provider: 'ecs',
            image,
            shell: 'echo -n OK > /www/health; exec httpd -f -p 8080 -h /www',
            ports: [8080],
            health: { path: '/health', body: 'OK', interval: '200ms' },
          },
        },
        home: { spec: { provider: 'ecs', image, volumes: [{ name: 'home', path: '/data' }] } },
      },
    }));
    create = `session create --provider ecs --image ${cloud.image}`;
  });
  afterAll(() => cloud[Symbol.asyncDispose]());

  it('runs the command of a template, whose page is reached at its own address once it is healthy', async () => {
    expect((await cloud.errand('session create --template page --name page')).status).toBe(0);
    const { subdomain } = await settled(cloud.http, 'page', 'ready');
    const answer = await cloud.http.ask('GET', `/at/${subdomain}/health`);
    expect([answer.status, answer.text]).toEqual([200, 'OK']);
    expect((await cloud.errand('session rm page')).status).toBe(0);
    await cloud.nothingLives();
  });

  it('keeps a volume for the sessions of its owner, and empties it after the last of them', async () => {
    const { stdout } = await cloud.errand('key new --name bob --owner bob --json');
    const { secret } = JSON.parse(stdout) as { secret: string };
    const foreign = cloud.server.http(secret);
    const body = { template: 'home', name: 'foreign' };
    expect((await foreign.ask('POST', '/v1/sessions', { body })).status).toBe(201);
    expect((await cloud.errand('session create --template home --name one')).status).toBe(0);
    const wrote = await cloud.errand('session exec one -- sh -c', 'echo kept >/data/note');
    expect(wrote.status).toBe(0);
    expect((await cloud.errand('session stop one')).status).toBe(0);
    const started = cloud.errand('session start one');
    expect((await cloud.errand('session create --template home --name two')).status).toBe(0);
    expect((await started).status).toBe(0);
    for (const name of ['one', 'two']) {
      const read = await cloud.errand(`session exec ${name} -- cat /data/note`);
      expect([name, read.stdout]).toEqual([name, 'kept\n']);
    }
    // What the volume of another owner shows has the same name, and nothing else in common.
    const { id } = await submit(foreign, { session: 'foreign', shell: 'ls -A /data; echo mine >/data/own' });
    expect((await look(foreign, id, 'ended')).exitCode).toBe(0);
    expect((await logOf(foreign, id)).toString()).toBe('');
    expect(await cloud.tasks.fileSystem.folders()).toHaveLength(2);
    expect((await cloud.errand('session rm one')).status).toBe(0);
    const files = await cloud.tasks.fileSystem.files();
    expect(new Set(files.map((each) => each.split('/').at(-1)))).toEqual(new Set(['note', 'own']));
    await foreign.ask('DELETE', '/v1/sessions/foreign');
    foreign[Symbol.dispose]();
    expect((await cloud.errand('session rm two')).status).toBe(0);
    await until(
      async () => (await cloud.tasks.fileSystem.folders()).length === 0,
      'both volumes to be forgotten',
    );
    expect(await cloud.tasks.fileSystem.files()).toEqual([]);
    await cloud.nothingLives();
  });

  it('runs commands beside its agent though answers are lost, also those of a user without rights, and leaves nothing', async () => {
    cloud.proxy.trouble('RunTask', 'lost');
    cloud.proxy.trouble('DescribeTasks', 'busy', { times: 2 });
    const made = await cloud.errand(
      `${create} --name box --option user=1000:1000 --option folders=["/data"]`,
    );
    expect(made.status).toBe(0);
    expect(await cloud.tasks.alive()).toHaveLength(1);
    const ran = await cloud.errand('session exec box -- sh -c', 'echo out; echo err >&2; id -u; exit 7');
    expect([ran.status, ran.stdout, ran.stderr]).toEqual([7, 'out\n1000\n', 'err\n']);
    const file = cloud.place.path('in');
    writeFileSync(file, 'hello');
    expect((await cloud.errand(`cp ${file} box:/data/in`)).status).toBe(0);
    expect((await cloud.errand('session exec box -- cat /data/in')).stdout).toBe('hello');
    expect((await cloud.errand(`cp ${file} box:/etc/in`)).stderr).toContain('they are /data');
    // A control plane that dies in the middle: the command goes on, and so does its log.
    const { http, server } = cloud;
    const { id } = await submit(http, {
      session: 'box',
      shell: 'echo begun; while [ ! -f /data/go ]; do sleep 0.1; done; echo over; exit 5',
    });
    await until(async () => (await logOf(http, id)).toString() === 'begun\n', 'its first line');
    await server.kill();
    await server.start();
    await settled(http, 'box', 'ready');
    expect((await cloud.errand('session exec box -- touch /data/go')).status).toBe(0);
    expect(await look(http, id, 'ended')).toMatchObject({ exitCode: 5, attempt: 1 });
    expect((await logOf(http, id)).toString()).toBe('begun\nover\n');
    expect((await cloud.errand('session rm box')).status).toBe(0);
    await cloud.nothingLives();
  });

  it('ends its task by itself when the control plane is gone for good', async () => {
    expect((await cloud.errand(`${create} --name alone --lease 15s`)).status).toBe(0);
    await cloud.server.kill();
    await cloud.nothingLives();
    await cloud.server.start();
    await settled(cloud.http, 'alone', 'stopped');
    expect((await cloud.errand('session rm alone')).status).toBe(0);
  });
});
