import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Lets what runs somewhere else reach what listens on this machine alone, and counts what it sends. */
export class Gateway implements AsyncDisposable {
  /** Bytes that came from there. */
  came = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((incoming) => this.#pass(incoming));
  readonly #to: () => number;

  private constructor(to: () => number) {
    this.#to = to;
  }

  /** `address`: where they reach it; `to`: the port here. */
  static async open(address: string, to: () => number): Promise<Gateway> {
    const gateway = new Gateway(to);
    const server = gateway.#server;
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, address, resolve));
    return gateway;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(incoming: Socket): void {
    const outgoing = connect(this.#to(), '127.0.0.1');
    incoming.on('data', ({ length }) => (this.came += length));
    incoming.pipe(outgoing).pipe(incoming);
    incoming.on('error', () => outgoing.destroy());
    outgoing.on('error', () => incoming.destroy());
    this.#sockets.add(incoming);
    incoming.on('close', () => {
      outgoing.destroy();
      this.#sockets.delete(incoming);
    });
  }
}
