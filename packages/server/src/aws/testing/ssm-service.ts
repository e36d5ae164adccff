import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { AwsProxy, JsonAnswer } from './aws-proxy.ts';
import { containerOf } from './machines.ts';
import type { Moto } from './moto-server.ts';

const run = promisify(execFile);
/** What GetCommandInvocation gives of an output. */
const CUT = 24_000;
/** What its agent executes at a time (CommandWorkersLimit). */
const WORKERS = 5;

type Status = 'Pending' | 'InProgress' | 'Success' | 'Failed' | 'TimedOut' | 'Cancelled';

interface Command {
  readonly id: string;
  readonly machine: string;
  readonly comment: string;
  readonly script: string;
  readonly output: { readonly bucket: string; readonly prefix: string };
  readonly shownAt: number;
  readonly deliverUntil: number;
  status: Status;
  details: string;
  code: number;
  said: Buffer;
  canceled: boolean;
  child: ChildProcess | null;
}

/**
 * SSM's Run Command, after AWS's documents, with commands that are really executed in the containers of machines: states, delivery that takes a while and has an end, five
 * commands at a time, the cut at 24,000 characters, and the whole output in the emulator's S3.
 */
export class SsmService implements AsyncDisposable {
  /** Everything that was sent, with what came of it. */
  readonly commands: Command[] = [];
  /** From when a machine runs until its agent has presented itself. */
  registerMs = 300;
  deliverMs = 50;
  /** So long a command that was just sent does not show. */
  hideMs = 150;
  /** May the machines' role write to S3? */
  writesOutput = true;
  /** The machines' processor, as they say it; null: the true one. */
  processor: string | null = null;
  readonly #moto: Moto;
  readonly #busy = new Map<string, number>();
  readonly #over = new AbortController();
  readonly #lives = new Set<Promise<void>>();

  constructor(moto: Moto, proxy: AwsProxy) {
    this.#moto = moto;
    const answers = {
      SendCommand: (asked: Asked) => this.#send(asked),
      GetCommandInvocation: (asked: Asked) => this.#look(asked),
      CancelCommand: (asked: Asked) => this.#cancel(asked),
    };
    for (const [action, answer] of Object.entries(answers))
      proxy.instead.set(action, async (asked) => await answer(asked));
  }

  /** Those that a machine was given, by the beginning of their comment. */
  of(comment: string): readonly Command[] {
    return this.commands.filter((each) => each.comment.startsWith(comment));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    for (const { child } of this.commands) child?.kill('SIGKILL');
    await Promise.allSettled(this.#lives);
  }

  async #send(asked: Asked): Promise<JsonAnswer> {
    const [machine = ''] = asked['InstanceIds'] as readonly string[];
    const size = Buffer.byteLength(JSON.stringify(asked['Parameters']));
    if (size > 65_536) return refused('MaxDocumentSizeExceeded', 'The size limit of a document is 64 KB.');
    if (!(await this.#isRegistered(machine)))
      return refused('InvalidInstanceId', 'Instances not in a valid state');
    const { commands } = asked['Parameters'] as { readonly commands: readonly string[] };
    const now = performance.now();
    const command: Command = {
      id: randomUUID(),
      machine,
      comment: asked['Comment'] as string,
      script: commands.join('\n'),
      output: { bucket: String(asked['OutputS3BucketName']), prefix: String(asked['OutputS3KeyPrefix']) },
      shownAt: now + this.hideMs,
      deliverUntil: now + Number(asked['TimeoutSeconds'] ?? 600) * 1_000,
      status: 'Pending',
      details: 'Pending',
      code: -1,
      said: Buffer.alloc(0),
      canceled: false,
      child: null,
    };
    this.commands.push(command);
    const life = this.#live(command).catch(() => undefined);
    this.#lives.add(life);
    return { status: 200, body: { Command: { CommandId: command.id, Status: 'Pending' } } };
  }

  async #look(asked: Asked): Promise<JsonAnswer> {
    const command = this.commands.find(({ id }) => id === asked['CommandId']);
    if (command === undefined || performance.now() < command.shownAt)
      return refused('InvocationDoesNotExist', 'The command ID and managed node ID do not match');
    const isOver = !['Pending', 'InProgress'].includes(command.status);
    return {
      status: 200,
      body: {
        CommandId: command.id,
        InstanceId: command.machine,
        Status: command.status,
        StatusDetails: command.details,
        ResponseCode: command.code,
        StandardOutputContent: isOver ? command.said.subarray(0, CUT).toString() : '',
        StandardErrorContent: '',
      },
    };
  }

  async #cancel(asked: Asked): Promise<JsonAnswer> {
    const command = this.commands.find(({ id }) => id === asked['CommandId']);
    if (command !== undefined) {
      command.canceled = true;
      // As its agent does: KILL to the group of the script (executers_unix.go).
      const kill = `kill -KILL -$(cat /tmp/ssm/${command.id}.pid)`;
      if (command.status === 'InProgress')
        await run('docker', ['exec', containerOf(command.machine), 'sh', '-c', kill]).catch(() => undefined);
    }
    return { status: 200, body: {} };
  }

  async #live(command: Command): Promise<void> {
    await sleep(this.deliverMs, undefined, { signal: this.#over.signal });
    const { machine } = command;
    while ((this.#busy.get(machine) ?? 0) >= WORKERS || !(await this.#isRegistered(machine))) {
      if (command.canceled) return end(command, 'Cancelled', 'Cancelled');
      if (performance.now() > command.deliverUntil) return end(command, 'TimedOut', 'DeliveryTimedOut');
      await sleep(100, undefined, { signal: this.#over.signal });
    }
    if (command.canceled) return end(command, 'Cancelled', 'Cancelled');
    this.#busy.set(machine, (this.#busy.get(machine) ?? 0) + 1);
    command.status = 'InProgress';
    command.details = 'InProgress';
    try {
      await this.#execute(command);
    } finally {
      this.#busy.set(machine, (this.#busy.get(machine) ?? 1) - 1);
    }
  }

  async #execute(command: Command): Promise<void> {
    const { id, machine } = command;
    const script =
      this.processor === null ? command.script : `uname() { echo ${this.processor}; }\n${command.script}`;
    const begin = `mkdir -p /tmp/ssm; cat >/tmp/ssm/${id}.sh; echo $$ >/tmp/ssm/${id}.pid; exec sh /tmp/ssm/${id}.sh </dev/null`;
    const child = spawn('docker', ['exec', '-i', containerOf(machine), 'sh', '-c', begin]);
    command.child = child;
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.resume();
    child.stdin.on('error', () => undefined);
    child.stdin.end(script);
    command.code = await new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)));
    command.said = Buffer.concat(chunks);
    // A machine that is gone says nothing, and SSM goes on to wait.
    if (!(await runs(machine))) return;
    if (this.writesOutput && command.said.length > 0) await this.#put(command);
    if (command.canceled) end(command, 'Cancelled', 'Cancelled');
    else if (command.code === 0) end(command, 'Success', 'Success');
    else end(command, 'Failed', 'Failed');
  }

  async #put({ id, machine, output: { bucket, prefix }, said }: Command): Promise<void> {
    const key = `${prefix}/${id}/${machine}/awsrunShellScript/0.awsrunShellScript/stdout`;
    const about = { method: 'PUT', body: new Uint8Array(said), headers: { authorization: AS_S3 } };
    const answer = await fetch(`${this.#moto.url}/${bucket}/${key}`, about);
    if (!answer.ok) throw new Error(`the emulator took no output: ${await answer.text()}`);
  }

  async #isRegistered(machine: string): Promise<boolean> {
    const format = '{{.State.Running}} {{.State.StartedAt}}';
    const found = await run('docker', ['inspect', '-f', format, containerOf(machine)]).catch(() => null);
    const [running, since = ''] = found?.stdout.trim().split(' ') ?? [];
    return running === 'true' && Date.now() - Date.parse(since) > this.registerMs;
  }
}

type Asked = Readonly<Record<string, unknown>>;

const AS_S3 =
  'AWS4-HMAC-SHA256 Credential=emulated/20260101/eu-north-1/s3/aws4_request, SignedHeaders=host, Signature=0';

function end(command: Command, status: Status, details: string): void {
  command.status = status;
  command.details = details;
}

function refused(type: string, message: string): JsonAnswer {
  return { status: 400, body: { __type: type, message } };
}

async function runs(machine: string): Promise<boolean> {
  const found = await run('docker', ['inspect', '-f', '{{.State.Running}}', containerOf(machine)]).catch(
    () => null,
  );
  return found?.stdout.trim() === 'true';
}
