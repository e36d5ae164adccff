import type { S3Client } from '@aws-sdk/client-s3';
import type * as Library from '@aws-sdk/client-ssm';
import type { GetCommandInvocationResult, SSMClient } from '@aws-sdk/client-ssm';

/** All tries of one call together; what it has not done by then it will not do. */
const CALL_MS = 30_000;
/** The longest that SSM lets a script run: two days. Ours wait for minutes, and pack logs. */
const EXECUTION_S = 7_200;

/** Where SSM puts what scripts write. */
export interface SsmPlace {
  readonly bucket: string;
  readonly prefix: string;
}

export interface SentScript {
  readonly machine: string;
  readonly script: string;
  readonly note: string;
  /** Not given to the machine any more after so long; SSM takes no less than 30. */
  readonly deliverS: number;
}

interface Line {
  readonly sdk: typeof Library;
  readonly client: SSMClient;
  readonly options: { readonly abortSignal: AbortSignal };
}

/** The calls of SSM that are made, and those of S3 for what it puts there; each with the permission of the same name. The libraries are loaded with the first of them. */
export class SsmCalls {
  readonly #ssm: () => Promise<SSMClient>;
  readonly #s3: () => Promise<S3Client>;
  readonly #place: SsmPlace;

  constructor(ssm: () => Promise<SSMClient>, s3: () => Promise<S3Client>, place: SsmPlace) {
    this.#ssm = ssm;
    this.#s3 = s3;
    this.#place = place;
  }

  /** `s3://bucket/prefix`, for sentences. */
  get place(): string {
    const { bucket, prefix } = this.#place;
    return `s3://${bucket}/${prefix}`;
  }

  /** ssm:SendCommand, on the document AWS-RunShellScript and the machine. It has no token of a client: one whose answer was lost may be sent twice. */
  async send({ machine, script, note, deliverS }: SentScript): Promise<string> {
    return await this.#call(async ({ sdk, client, options }) => {
      const { bucket, prefix } = this.#place;
      const command = new sdk.SendCommandCommand({
        DocumentName: 'AWS-RunShellScript',
        InstanceIds: [machine],
        Comment: note.slice(0, 100),
        Parameters: { commands: [script], executionTimeout: [String(EXECUTION_S)] },
        TimeoutSeconds: deliverS,
        OutputS3BucketName: bucket,
        OutputS3KeyPrefix: prefix,
      });
      const { Command } = await client.send(command, options);
      if (Command?.CommandId === undefined) throw new Error('SSM took a command and does not say which');
      return Command.CommandId;
    });
  }

  /** ssm:GetCommandInvocation; null: it does not show, as for a while after it was sent. */
  async look(command: string, machine: string): Promise<GetCommandInvocationResult | null> {
    return await this.#call(async ({ sdk, client, options }) => {
      const asked = { CommandId: command, InstanceId: machine };
      try {
        return await client.send(new sdk.GetCommandInvocationCommand(asked), options);
      } catch (error) {
        if (error instanceof sdk.InvocationDoesNotExist) return null;
        throw error;
      }
    });
  }

  /** ssm:CancelCommand: a try of SSM's to end it, no promise. */
  async cancel(command: string, machine: string): Promise<void> {
    await this.#call(async ({ sdk, client, options }) => {
      await client.send(
        new sdk.CancelCommandCommand({ CommandId: command, InstanceIds: [machine] }),
        options,
      );
    });
  }

  /** s3:GetObject. */
  async output(key: string): Promise<AsyncIterable<Uint8Array>> {
    const { GetObjectCommand } = await import('@aws-sdk/client-s3');
    const answer = await (await this.#s3()).send(
      new GetObjectCommand({ Bucket: this.#place.bucket, Key: key }),
    );
    return (answer.Body ?? []) as AsyncIterable<Uint8Array>;
  }

  /** s3:DeleteObject. */
  async removeOutput(key: string): Promise<void> {
    const { DeleteObjectCommand } = await import('@aws-sdk/client-s3');
    await (await this.#s3()).send(new DeleteObjectCommand({ Bucket: this.#place.bucket, Key: key }));
  }

  /** docs.aws.amazon.com/systems-manager/latest/userguide/run-command-setting-up.html: prefix, command, machine, step. */
  keyOf(command: string, machine: string): string {
    return `${this.#place.prefix}/${command}/${machine}/awsrunShellScript/0.awsrunShellScript/stdout`;
  }

  async #call<Answer>(call: (line: Line) => Promise<Answer>): Promise<Answer> {
    const [sdk, client] = [await import('@aws-sdk/client-ssm'), await this.#ssm()];
    return await call({ sdk, client, options: { abortSignal: AbortSignal.timeout(CALL_MS) } });
  }
}
