import { connect, type Socket } from 'node:net';
import { encodeMessage, KeeperClient, MessageDecoder } from '@errand/agent/keeper';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kept, outcomeOf, type Variant } from './kept.ts';

/** What comes over the socket harms no run, whatever it is. */
export function hostileFixtures(title: string, variant: () => Variant): void {
  describe(title, () => {
    let kept: Kept;
    let bystander: { id: string; prefix: string };
    beforeAll(async () => {
      kept = await Kept.start(variant());
      bystander = await kept.start({ argv: ['/bin/sh', '-c', 'echo up; read x; echo $x'], stdin: 'stream' });
    }, 120_000);
    afterAll(async () => {
      const ended = kept.ended(bystander.id);
      kept.client.input(bystander.id, Buffer.from('unharmed\n'));
      await ended;
      expect(outcomeOf(bystander.prefix).stdout).toBe('up\nunharmed\n');
      await kept[Symbol.asyncDispose]();
    });

    it('closes a connection that sends no message of the protocol, after saying so', async () => {
      for (const bytes of brokenMessages()) expect(await answersTo(kept, bytes)).toContain('x');
    });

    it('outlives random bytes, cut and whole', async () => {
      for (let seed = 1; seed <= 60; seed++) await sendAndLeave(kept, randomBytes(seed));
      const good = encodeMessage('K', [bystander.id, '15', 'never', 'canceled']);
      for (let cut = 1; cut < good.length; cut++) await sendAndLeave(kept, good.subarray(0, cut));
      await using client = await KeeperClient.connect(kept.socket);
      expect((await client.list()).find((run) => run.id === bystander.id)?.state).toBe('running');
    });

    it('outlives valid messages with a byte changed', async () => {
      const good = encodeMessage('S', ['flip', kept.attempt(), 'grace=1\n', '', '1', '/bin/true', 'A=b']);
      for (let at = 0; at < good.length; at++) {
        const bad = Buffer.from(good);
        bad[at] = (bad[at] ?? 0) ^ (1 << (at % 8));
        await sendAndLeave(kept, bad);
      }
    });

    it('takes a message that arrives byte by byte, and many in one piece', async () => {
      const socket = await open(kept);
      const list = encodeMessage('L', []);
      for (const byte of list) socket.write(Buffer.from([byte]));
      await untilHears(socket, 'l', 1);
      const many = untilHears(socket, 'l', 500);
      socket.write(Buffer.concat(Array.from({ length: 500 }, () => list)));
      await many;
      socket.destroy();
    });

    it('refuses bad requests with a sentence and changes nothing', async () => {
      const prefix = kept.attempt();
      const start = (id: string, change: (fields: (string | Buffer)[]) => void): Buffer => {
        const fields: (string | Buffer)[] = [id, prefix, 'grace=1\n', '', '1', 'true', 'A=b'];
        change(fields);
        return encodeMessage('S', fields);
      };
      const bad = [
        start('', () => {}),
        start('../etc', () => {}),
        start('x'.repeat(65), () => {}),
        start('a b', () => {}),
        start('ok', (fields) => (fields[1] = '')),
        start('ok', (fields) => (fields[1] = `/${'p'.repeat(5000)}`)),
        start('ok', (fields) => (fields[2] = 'cap=12x\n')),
        start('ok', (fields) => (fields[2] = 'cap=99999999999999999999\n')),
        start('ok', (fields) => (fields[2] = 'stdin=keyboard\n')),
        start('ok', (fields) => (fields[2] = 'tty=1x\n')),
        start('ok', (fields) => (fields[2] = 'no option\n')),
        start('ok', (fields) => (fields[4] = '0')),
        start('ok', (fields) => (fields[4] = '3')),
        start('ok', (fields) => (fields[4] = '-1')),
        start('ok', (fields) => (fields[5] = 'tr\0ue')),
        encodeMessage('K', ['nobody', '15', '1', 'canceled']),
        encodeMessage('F', [bystander.id]),
        encodeMessage('I', ['nobody', 'x']),
      ];
      const socket = await open(kept);
      for (const message of bad) {
        const heard = untilHears(socket, 'x', 1);
        socket.write(message);
        await heard;
      }
      socket.destroy();
      const listed = await kept.client.list();
      expect(listed.map((run) => run.id)).not.toContain('ok');
    });

    it('drops a client that does not read, and only that one', async () => {
      const deaf = await open(kept);
      deaf.pause();
      const closed = new Promise((resolve) => deaf.once('close', resolve));
      deaf.on('error', () => {});
      const list = Buffer.concat(Array.from({ length: 1000 }, () => encodeMessage('L', [])));
      for (let i = 0; i < 200; i++) deaf.write(list);
      expect((await kept.client.list()).length).toBeGreaterThan(0);
      expect((await kept.sh('echo fine')).stdout).toBe('fine\n');
      deaf.resume();
      await closed;
    });

    it('has room for 64 clients and for others once those are gone', async () => {
      const sockets = await Promise.all(Array.from({ length: 80 }, () => open(kept)));
      for (const socket of sockets) socket.destroy();
      expect((await kept.sh('echo fine')).stdout).toBe('fine\n');
      await using client = await untilConnected(kept);
      expect(client.pid).toBe(kept.client.pid);
    });
  });
}

function brokenMessages(): Buffer[] {
  const length = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes;
  };
  return [
    length(0),
    length(0xffffffff),
    length(8 * 1024 * 1024 + 1),
    encodeMessage('?', []),
    encodeMessage('\0', []),
    encodeMessage('K', []),
    encodeMessage('L', ['x']),
    encodeMessage('S', ['id']),
    encodeMessage('G', ['t1', '15', 'more']),
    encodeMessage('G', ['t1', '0']),
    encodeMessage('G', ['t1', '65']),
    encodeMessage('G', ['t1', '-9']),
    encodeMessage('K', ['t1', '15', '1', 'Not a cause']),
    encodeMessage('K', ['t1', '15', '1', '']),
    encodeMessage('W', ['t1', 'x', '1']),
    Buffer.concat([length(9), Buffer.from('L'), length(100), Buffer.alloc(4)]),
    Buffer.concat([length(9), Buffer.from('L'), length(0xffffffff), Buffer.alloc(4)]),
    Buffer.concat([length(3), Buffer.from('Lab')]),
  ];
}

/** The same bytes for the same seed. */
function randomBytes(seed: number): Buffer {
  let state = seed * 2654435761;
  const bytes = Buffer.alloc(seed * 37);
  for (let i = 0; i < bytes.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  // Half of them announce a length that is believable, so that the fields are looked at.
  if (seed % 2) bytes.writeUInt32LE(bytes.length - 4);
  return bytes;
}

function open(kept: Kept): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(kept.socket, () => resolve(socket));
    socket.once('error', reject);
  });
}

async function untilConnected(kept: Kept): Promise<KeeperClient> {
  for (;;) {
    const client = await KeeperClient.connect(kept.socket).catch(() => undefined);
    if (client !== undefined) return client;
  }
}

function untilHears(socket: Socket, type: string, count: number): Promise<void> {
  const decoder = new MessageDecoder();
  let left = count;
  return new Promise((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      left -= decoder.push(chunk).filter((message) => message.type === type).length;
      if (left > 0) return;
      socket.off('data', hear);
      socket.off('close', closed);
      resolve();
    };
    const closed = (): void => reject(new Error('closed'));
    socket.on('data', hear);
    socket.once('close', closed);
  });
}

/** Sends bytes and answers the types of all messages until the keeper closes. */
async function answersTo(kept: Kept, bytes: Buffer): Promise<string[]> {
  const socket = await open(kept);
  const decoder = new MessageDecoder();
  const types: string[] = [];
  socket.on('data', (chunk: Buffer) => types.push(...decoder.push(chunk).map((message) => message.type)));
  socket.write(bytes);
  await new Promise((resolve) => socket.once('close', resolve));
  return types;
}

/** Sends bytes and goes away, whether or not the keeper closes first. */
async function sendAndLeave(kept: Kept, bytes: Buffer): Promise<void> {
  const socket = await open(kept);
  socket.on('error', () => {});
  socket.resume();
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
    socket.end(bytes);
  });
}
