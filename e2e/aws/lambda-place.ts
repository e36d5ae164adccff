import { writeFileSync } from 'node:fs';
import { Functions } from '../../packages/server/src/aws/testing/functions.ts';
import { Gateway } from '../../packages/server/src/aws/testing/gateway.ts';
import {
  EMULATED_CREDENTIALS,
  type Moto,
  startMoto,
} from '../../packages/server/src/aws/testing/moto-server.ts';
import type { Ended } from '../harness/child.ts';
import { freePort } from '../harness/free-port.ts';
import type { HttpClient } from '../harness/http.ts';
import { Place } from '../harness/place.ts';
import type { Server } from '../harness/server.ts';

const ACCOUNT = '123456789012';
export const QUEUE = `arn:aws:sqs:eu-north-1:${ACCOUNT}:failures`;
const ARCH = process.arch === 'arm64' ? 'arm64' : 'x86_64';

type Made = Pick<LambdaPlace, 'place' | 'moto' | 'functions' | 'gateway' | 'server'>;

/** A control plane, the emulator with what executes functions before it, a role, and the queue in which failures are told. */
export class LambdaPlace implements AsyncDisposable {
  readonly place: Place;
  readonly moto: Moto;
  readonly functions: Functions;
  /** Through which functions reach the control plane. */
  readonly gateway: Gateway;
  readonly server: Server;
  readonly http: HttpClient;

  private constructor({ place, moto, functions, gateway, server }: Made) {
    this.place = place;
    this.moto = moto;
    this.functions = functions;
    this.gateway = gateway;
    this.server = server;
    this.http = server.http();
  }

  static async open(): Promise<LambdaPlace> {
    const moto = await startMoto();
    const functions = await Functions.start(moto);
    const place = new Place();
    const port = await freePort();
    const gateway = await Gateway.open('127.0.0.1', () => port);
    const config = [
      'logLevel: warn',
      `url: http://127.0.0.1:${gateway.port}`,
      `aws: {region: eu-north-1, maxAttempts: 3, endpoint: '${functions.settings.endpoint}'}`,
      `lambda: {function: worker, failures: '${QUEUE}'}`,
      'compat: {awsExec: {pool: fn, timeout: 14m, pushTo: [127.0.0.1]}}',
    ].join('\n');
    const server = await place.server({ config, port, env: EMULATED_CREDENTIALS });
    const made = new LambdaPlace({ place, moto, functions, gateway, server });
    const trust = {
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: 'sts:AssumeRole',
    };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
    await made.at('iam', { Action: 'CreateRole', RoleName: 'errand-worker', AssumeRolePolicyDocument });
    // What a control plane has received that was then killed shows again after this.
    const visible = { 'Attribute.1.Name': 'VisibilityTimeout', 'Attribute.1.Value': '2' };
    await made.at('sqs', { Action: 'CreateQueue', QueueName: 'failures', ...visible });
    writeFileSync(made.place.path('aws.yaml'), config);
    return made;
  }

  /** The command line, as somebody who is known at the control plane and at AWS. */
  async errand(...args: readonly string[]): Promise<Ended> {
    return await this.start(...args).ended;
  }

  start(...args: readonly string[]): ReturnType<Place['errand']> {
    return this.place.errand(args, { env: { ...this.server.env, ...EMULATED_CREDENTIALS } });
  }

  async deploy(...args: readonly string[]): Promise<Ended> {
    const config = this.place.path('aws.yaml');
    return await this.errand('aws', 'deploy-worker', '--arch', ARCH, '--config', config, '--json', ...args);
  }

  /** A call of one of the services whose calls are forms. */
  async at(service: string, form: Readonly<Record<string, string>>): Promise<string> {
    const answer = await fetch(this.moto.url, {
      method: 'POST',
      headers: { authorization: asTo(service) },
      body: new URLSearchParams(form),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return text;
  }

  /** Of a function, as the emulator has it. */
  async configuration(name: string): Promise<object> {
    const answer = await fetch(`${this.moto.url}/2015-03-31/functions/${name}/configuration`, {
      headers: { authorization: asTo('lambda') },
    });
    return (await answer.json()) as object;
  }

  /** Of the emulator itself: a setting of a function that the command line does not let one choose. */
  async configure(name: string, change: object): Promise<void> {
    const answer = await fetch(`${this.moto.url}/2015-03-31/functions/${name}/configuration`, {
      method: 'PUT',
      headers: { authorization: asTo('lambda'), 'content-type': 'application/json' },
      body: JSON.stringify(change),
    });
    if (!answer.ok) throw new Error(await answer.text());
  }

  async failuresLeft(): Promise<number> {
    const QueueUrl = `${this.moto.url}/${ACCOUNT}/failures`;
    const text = await this.at('sqs', { Action: 'GetQueueAttributes', QueueUrl, 'AttributeName.1': 'All' });
    const counts = text.matchAll(/<Name>ApproximateNumberOfMessages\w*<\/Name>\s*<Value>(\d+)</g);
    return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.http[Symbol.dispose]();
    await this.functions[Symbol.asyncDispose]();
    await this.gateway[Symbol.asyncDispose]();
    await this.place[Symbol.asyncDispose]();
    await this.moto[Symbol.asyncDispose]();
  }
}

export function asTo(service: string): string {
  return `AWS4-HMAC-SHA256 Credential=emulated/20260101/eu-north-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
}
