import { z } from 'zod';

/** A value that goes into a command line of its own accord: nothing in it means anything to a shell. */
const Word = z.union([
  z.string().regex(/^[\w./:@%+=,~-]+$/, 'must be a word without blanks and quotes'),
  z.int(),
]);

const Seconds = z
  .number()
  .positive()
  .max(30 * 86_400);

/** What the state machine of ngen-datastream took; fields that its functions added on the way are ignored. */
export const ExecutionDocument = z.looseObject({
  name: z.string().optional(),
  commands: z.array(z.string().min(1)).min(1, 'must have a command').optional(),
  datastream_command_options: z
    .looseObject({
      start_time: Word,
      end_time: Word,
      forcing_source: Word,
      realization: Word,
      nprocs: Word,
      subset_id: Word,
      subset_id_type: Word,
      hydrofabric_version: Word,
      s3_bucket: Word.optional(),
      s3_prefix: Word.optional(),
    })
    .optional(),
  run_options: z
    .looseObject({
      ii_terminate_instance: z.boolean().default(true),
      ii_delete_volume: z.boolean().default(false),
      ii_check_s3: z
        .union([z.boolean(), z.looseObject({ bucket: z.string(), prefix: z.string() })])
        .default(false),
      timeout_s: Seconds.default(3_600),
      n_retries_allowed: z.int().min(0).max(99).default(0),
      retry_backoff_base_s: Seconds.default(1_800),
      retry_backoff_rate: z.number().min(1).max(100).default(2),
      retry_backoff_max_s: Seconds.default(7_200),
      ii_cheapo: z.boolean().default(false),
    })
    .prefault({}),
  instance_parameters: z.record(z.string(), z.json()).default({}),
});
export type Execution = z.output<typeof ExecutionDocument>;

/** Is this a document of that state machine, not one of ours? */
export function isExecution(document: Readonly<Record<string, unknown>>): boolean {
  return ['run_options', 'instance_parameters', 'datastream_command_options'].some(
    (field) => field in document,
  );
}

/** The document with its dates filled in, and the job that it asks for. `session`: what runs it in place of a machine of EC2. */
export function jobOfExecution(
  execution: Execution,
  { now, session }: { readonly now: number; readonly session: Readonly<Record<string, unknown>> | null },
): {
  readonly execution: Readonly<Record<string, unknown>>;
  readonly job: Readonly<Record<string, unknown>>;
} {
  const dated = withDates(execution, now);
  const { run_options: options, name } = dated;
  const job = {
    ...(name === undefined ? {} : { name }),
    session: session ?? sessionOf(dated),
    commands: [{ name: 'commands', shell: `set -e\n${commandsOf(dated).join('\n')}` }],
    outputs: outputsOf(dated),
    timeout: `${options.timeout_s}s`,
    retry: {
      attempts: options.n_retries_allowed + 1,
      backoff: `${options.retry_backoff_base_s}s`,
      rate: options.retry_backoff_rate,
      max: `${options.retry_backoff_max_s}s`,
    },
    finish: finishOf(dated, session !== null),
  };
  return { execution: dated, job };
}

/** A machine whose disks are deleted is left stopped; of what is no machine nothing is left then. */
function finishOf({ run_options: options }: Execution, elsewhere: boolean): unknown {
  if (options.ii_terminate_instance || (elsewhere && options.ii_delete_volume)) return 'delete';
  return options.ii_delete_volume ? { stop: { deleteVolumes: true } } : 'stop';
}

function sessionOf({
  instance_parameters: parameters,
  run_options,
}: Execution): Readonly<Record<string, unknown>> {
  const { ImageId, InstanceType, ...rest } = parameters;
  return {
    provider: 'ec2',
    image: ImageId,
    size: InstanceType,
    options: { instanceParameters: rest, ...(run_options.ii_cheapo ? { spot: true } : {}) },
  };
}

/** As the old Commander built it. */
function commandsOf({ commands, datastream_command_options: options }: Execution): readonly string[] {
  if (options === undefined) return commands ?? [];
  const { s3_bucket, s3_prefix } = options;
  const flags: readonly (readonly [string, string | number | undefined])[] = [
    ['-s', options.start_time],
    ['-e', options.end_time],
    ['-C', options.forcing_source],
    ['-I', options.subset_id],
    ['-i', options.subset_id_type],
    ['-v', options.hydrofabric_version],
    ['-d', '$(pwd)/data/datastream'],
    ['-R', options.realization],
    ['-n', options.nprocs],
    ['-S', s3_bucket],
    ['-o', s3_bucket === undefined ? undefined : s3_prefix],
  ];
  const given = flags.flatMap(([flag, value]) => (value === undefined ? [] : [`${flag} ${value}`]));
  const line = `cd ~ec2-user/datastream && ./scripts/datastream ${given.join(' ')}`;
  return [`runuser -l ec2-user -c '${line}'`];
}

const BUCKET = /--s3_bucket[=\s']+([^\s']+)/i;
const PREFIX = /--s3_prefix[=\s']+([^\s']+)/i;

/** Where the commands say that their output goes; parts that are missing are left to the check of the document. */
function outputsOf(execution: Execution): readonly Readonly<Record<string, unknown>>[] {
  const { run_options, datastream_command_options: options } = execution;
  const { ii_check_s3: check } = run_options;
  if (check === false) return [];
  const text = commandsOf(execution).join('\n');
  const named = typeof check === 'object' ? check : null;
  const bucket = named?.bucket ?? options?.s3_bucket ?? BUCKET.exec(text)?.[1];
  const prefix = named?.prefix ?? options?.s3_prefix ?? PREFIX.exec(text)?.[1];
  if (bucket === undefined || prefix === undefined) return [{ s3: '' }];
  const folder = String(prefix).replace(/\/+$/, '');
  return [{ s3: `s3://${bucket}/${folder}/`, newerThan: 'start', wait: '60s' }];
}

/** Hour (UTC) before which `DAILY` means yesterday, by the source of the forcings. */
function cycleOf(execution: Execution): number {
  const source = String(
    execution.datastream_command_options?.forcing_source ??
      /--forcing_source[=\s']+([^\s']+)/i.exec((execution.commands ?? []).join('\n'))?.[1] ??
      '',
  );
  if (source === '') return 24;
  const hour = source.includes('MEDIUM_RANGE') ? source.slice(-4, -2) : source.slice(-2);
  const cyclic = /SHORT_RANGE|MEDIUM_RANGE|ANALYSIS_ASSIM_RESTART_CHRT/.test(source);
  return cyclic && /^\d\d$/.test(hour) ? Number(hour) : 16;
}

const DAY_MS = 86_400_000;

/** `DAILY`, and in instance parameters `$DATE` and `$INSTANCE_TYPE`, fixed once. */
function withDates(execution: Execution, now: number): Execution {
  const early = new Date(now).getUTCHours() < cycleOf(execution);
  const daily = compact(early ? now - DAY_MS : now);
  const { instance_parameters: parameters, ...rest } = execution;
  const dated = replaced(rest, (text) => text.replaceAll(/(?<![A-Za-z0-9])DAILY(?![A-Za-z0-9])/g, daily));
  const { InstanceType: size } = parameters;
  const type = typeof size === 'string' ? size : '';
  const expanded = replaced(parameters, (text) =>
    text.replaceAll('$DATE', compact(now)).replaceAll('$INSTANCE_TYPE', type),
  );
  return { ...dated, instance_parameters: expanded };
}

function compact(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10).replaceAll('-', '');
}

function replaced<Value>(value: Value, change: (text: string) => string): Value {
  return JSON.parse(JSON.stringify(value), (_name, each: unknown) =>
    typeof each === 'string' ? change(each) : each,
  ) as Value;
}
