import { AwsProxy } from '../../packages/server/src/aws/testing/aws-proxy.ts';
import { Gateway } from '../../packages/server/src/aws/testing/gateway.ts';
import { EMULATED_CREDENTIALS, startMoto } from '../../packages/server/src/aws/testing/moto-server.ts';
import { Tasks } from '../../packages/server/src/aws/testing/tasks.ts';
import { makeImage } from '../../packages/server/src/providers/docker/testing/docker-engine.ts';
import { freePort } from './free-port.ts';
import type { HttpClient } from './http.ts';
import { Place } from './place.ts';
import type { Server } from './server.ts';
import { until } from './until.ts';

/** Three containers start one after the other: much for a busy computer. */
const PATIENCE_MS = 120_000;

/** More of errand.yaml, by the image that sessions can have. */
type Configure = (image: string) => { readonly ecs?: object; readonly [section: string]: unknown };

/** ECS and EFS as the emulator has them, with tasks that really run, and a control plane that uses them through the proxy with faults. */
export class TaskCloud implements AsyncDisposable {
  readonly proxy: AwsProxy;
  readonly tasks: Tasks;
  /** Of busybox, with a web server. */
  readonly image: string;
  readonly place: Place;
  readonly server: Server;
  readonly http: HttpClient;
  readonly #opened: AsyncDisposableStack;

  private constructor(
    parts: Pick<TaskCloud, 'proxy' | 'tasks' | 'image' | 'place' | 'server' | 'http'>,
    opened: AsyncDisposableStack,
  ) {
    const { proxy, tasks, image, place, server, http } = parts;
    this.proxy = proxy;
    this.tasks = tasks;
    this.image = image;
    this.place = place;
    this.server = server;
    this.http = http;
    this.#opened = opened;
  }

  static async open(configure: Configure): Promise<TaskCloud> {
    await using opened = new AsyncDisposableStack();
    const moto = opened.use(await startMoto());
    await moto.warmUp('ec2');
    const proxy = opened.use(await AwsProxy.start(moto.url));
    const tasks = opened.use(await Tasks.start(moto, proxy));
    const image = opened.use(makeImage()).name;
    const place = opened.use(new Place());
    const port = await freePort();
    const gateway = opened.use(await Gateway.open(tasks.gateway, () => port));
    const { ecs, ...more } = configure(image);
    const { subnet, agentImage, fileSystem } = tasks;
    const config = JSON.stringify({
      logLevel: 'warn',
      url: `http://${tasks.gateway}:${gateway.port}`,
      hosts: [tasks.gateway],
      aws: { region: 'eu-north-1', endpoint: proxy.settings.endpoint },
      ecs: { subnets: [subnet], agentImage, fileSystem: fileSystem.id, ...ecs },
      ...more,
    });
    const server = await place.server({ config, port, env: EMULATED_CREDENTIALS });
    const http = opened.use(server.http());
    return new TaskCloud({ proxy, tasks, image, place, server, http }, opened.move());
  }

  /** A command line: words with spaces between them, then those that may hold spaces. */
  errand(words: string, ...more: readonly string[]): ReturnType<Place['errand']>['ended'] {
    return this.place.errand([...words.split(' '), ...more], { env: this.server.env }).ended;
  }

  /** Resolves once no task lives at the emulator. */
  async nothingLives(): Promise<void> {
    const look = async () => (await this.tasks.alive()).length === 0;
    await until(look, 'nothing to be left at the emulator', PATIENCE_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
  }
}
