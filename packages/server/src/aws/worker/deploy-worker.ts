import type {
  CreateFunctionCommandInput,
  FunctionConfiguration,
  LambdaClient,
  UpdateFunctionConfigurationCommandInput,
} from '@aws-sdk/client-lambda';
import { ErrandError } from '@errand/core';
import { type Architecture, HANDLER, workerPackage } from './worker-package.ts';

/** What is not said stays as it is, or becomes what is usual where the function is made. */
export interface WorkerWish {
  /** Its name. */
  readonly function: string;
  /** ARN of the role that it works as; needed the first time. */
  readonly role: string | undefined;
  readonly architecture: Architecture | undefined;
  /** Whole seconds. */
  readonly timeout: number | undefined;
  /** MB. */
  readonly memory: number | undefined;
  /** ARN of the queue in which Lambda says which invocations failed. */
  readonly failures: string | undefined;
  /** What `npm run build:agent` makes. */
  readonly folder: string;
}

export interface DeployedWorker {
  readonly arn: string;
  readonly made: 'created' | 'updated';
  readonly codeSha256: string;
}

const RUNTIME = 'nodejs22.x';
export const USUAL = { architecture: 'arm64', timeout: 900, memory: 1_024 } as const;
/** Lambda shows a new role to itself only after some seconds. */
const ROLE_TRIES = 10;
const ROLE_PAUSE_MS = 3_000;
const SETTLE_SECONDS = 120;

/** Publishes the worker function: makes it, or gives it this code and these settings. Repeatable. */
export async function deployWorker(client: LambdaClient, wish: WorkerWish): Promise<DeployedWorker> {
  const lambda = await import('@aws-sdk/client-lambda');
  const known = await present(client, wish.function);
  const architecture = wish.architecture ?? (known === null ? USUAL.architecture : architectureOf(known));
  const ZipFile = workerPackage(wish.folder, architecture);
  const settings = settingsOf(wish);
  const settled = async (): Promise<void> => {
    const within = { client, maxWaitTime: SETTLE_SECONDS, minDelay: 1, maxDelay: 5 };
    await lambda.waitUntilFunctionUpdatedV2(within, { FunctionName: wish.function });
  };
  if (known === null)
    await create(client, {
      ...settings,
      Timeout: wish.timeout ?? USUAL.timeout,
      MemorySize: wish.memory ?? USUAL.memory,
      Role: wish.role,
      Architectures: [architecture],
      Code: { ZipFile },
    });
  else {
    // lambda:UpdateFunctionCode; the settings wait until it is done.
    const code = { FunctionName: wish.function, ZipFile, Architectures: [architecture] };
    await client.send(new lambda.UpdateFunctionCodeCommand(code));
    await settled();
    // lambda:UpdateFunctionConfiguration, iam:PassRole where a role is given.
    await client.send(new lambda.UpdateFunctionConfigurationCommand({ ...settings, Role: wish.role }));
  }
  await settled();
  await onceOnly(client, wish);
  const now = await present(client, wish.function);
  if (now?.FunctionArn === undefined)
    throw new ErrandError('unavailable', `Lambda does not show the function ${wish.function}`);
  return {
    arn: now.FunctionArn,
    made: known === null ? 'created' : 'updated',
    codeSha256: now.CodeSha256 ?? '',
  };
}

/** lambda:GetFunctionConfiguration */
async function present(client: LambdaClient, name: string): Promise<FunctionConfiguration | null> {
  const { GetFunctionConfigurationCommand, ResourceNotFoundException } = await import(
    '@aws-sdk/client-lambda'
  );
  try {
    return await client.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return null;
    throw error;
  }
}

/** lambda:CreateFunction, iam:PassRole */
async function create(
  client: LambdaClient,
  input: Omit<CreateFunctionCommandInput, 'Role'> & { Role: string | undefined },
): Promise<void> {
  const { CreateFunctionCommand, InvalidParameterValueException } = await import('@aws-sdk/client-lambda');
  const { Role } = input;
  if (Role === undefined) {
    const why = `there is no function ${input.FunctionName} yet, and a new one works as a role`;
    throw new ErrandError('invalid', `${why}: name it with --role`);
  }
  for (let tries = 1; ; tries += 1) {
    try {
      await client.send(new CreateFunctionCommand({ ...input, Role }));
      return;
    } catch (error) {
      const isTooNew =
        error instanceof InvalidParameterValueException && /cannot be assumed/.test(error.message);
      if (!isTooNew || tries === ROLE_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, ROLE_PAUSE_MS));
    }
  }
}

/** A run is executed once, so a failed invocation is never repeated; one that waited for long is of no use. */
async function onceOnly(client: LambdaClient, wish: WorkerWish): Promise<void> {
  const { PutFunctionEventInvokeConfigCommand } = await import('@aws-sdk/client-lambda');
  const failures = wish.failures ?? (await failuresOf(client, wish.function));
  // lambda:PutFunctionEventInvokeConfig
  await client.send(
    new PutFunctionEventInvokeConfigCommand({
      FunctionName: wish.function,
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: MOST_AGE_S,
      ...(failures === undefined ? {} : { DestinationConfig: { OnFailure: { Destination: failures } } }),
    }),
  );
}

/** lambda:GetFunctionEventInvokeConfig: the queue that was named before. */
async function failuresOf(client: LambdaClient, name: string): Promise<string | undefined> {
  const lambda = await import('@aws-sdk/client-lambda');
  try {
    const known = await client.send(new lambda.GetFunctionEventInvokeConfigCommand({ FunctionName: name }));
    return known.DestinationConfig?.OnFailure?.Destination;
  } catch (error) {
    if (error instanceof lambda.ResourceNotFoundException) return undefined;
    throw error;
  }
}

/** How long Lambda keeps an invocation that it has no room for. */
export const MOST_AGE_S = 300;

type Settings = UpdateFunctionConfigurationCommandInput &
  Pick<CreateFunctionCommandInput, 'FunctionName' | 'Runtime'>;

function settingsOf({ function: name, timeout, memory }: WorkerWish): Settings {
  return {
    FunctionName: name,
    Description: 'Executes one run of errand for each invocation',
    Runtime: RUNTIME,
    Handler: HANDLER,
    ...(timeout === undefined ? {} : { Timeout: timeout }),
    ...(memory === undefined ? {} : { MemorySize: memory }),
  };
}

/** As it is at AWS, where one that says nothing is of the older kind. */
function architectureOf({ Architectures: [known] = [] }: FunctionConfiguration): Architecture {
  return known === 'arm64' ? 'arm64' : 'x86_64';
}
