import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from './until.ts';

/** Somebody whom commands call from wherever they run: writes down who came, and lets them wait. */
export class Desk implements AsyncDisposable {
  /** Ids of the runs that came, in order, with what they said. */
  readonly came: { readonly run: string; readonly said: string }[] = [];
  /** Is told of everybody who comes, before they are answered: who is not let go waits, and who is thrown at fails. */
  onCome: (said: string) => void | Promise<void> = () => undefined;
  readonly #server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://desk');
    void this.#serve(searchParams, response);
  });

  static async open(): Promise<Desk> {
    const desk = new Desk();
    await new Promise<void>((resolve) => desk.#server.listen(0, '127.0.0.1', resolve));
    return desk;
  }

  /** What a shell with wget says, to come by. It fails where nobody answers. */
  visit(said: string): string {
    const { port } = this.#server.address() as AddressInfo;
    return `wget -q -O- "http://127.0.0.1:${port}/?said=${encodeURIComponent(said)}&run=$ERRAND_RUN_ID"`;
  }

  /** Resolves once somebody has said this. */
  async heard(said: string, patienceMs?: number): Promise<void> {
    await until(() => this.came.some((each) => each.said === said), `somebody who says ${said}`, patienceMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(params: URLSearchParams, response: ServerResponse): Promise<void> {
    const said = params.get('said') ?? '';
    this.came.push({ run: params.get('run') ?? '', said });
    try {
      await this.onCome(said);
    } catch {
      response.statusCode = 500;
    }
    response.end();
  }
}
