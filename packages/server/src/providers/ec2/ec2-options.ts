import type { SessionSpec, SpecProblem } from '@errand/core';
import { z } from 'zod';

const Word = z.string().min(1).max(100);

/** `options` of a session of this provider. */
export const Ec2Options = z.strictObject({
  /** Tried in this order, after `size`, where there is no capacity. */
  sizes: z.array(Word).max(10).optional(),
  zones: z.array(Word).min(1).max(10).optional(),
  subnets: z
    .array(z.string().regex(/^subnet-[0-9a-f]+$/, 'must be such as subnet-0123abcd'))
    .min(1)
    .max(20)
    .optional(),
  /** true: spot, on demand where there is none; only: spot or nothing. */
  spot: z.union([z.boolean(), z.literal('only')]).optional(),
  /** Of the first disk, in GiB; by default as the image has it. */
  diskGiB: z.int().min(1).max(65_536).optional(),
  /** ssm: commands go through AWS Systems Manager, for machines that do not reach this control plane; agent: the machine brings one. */
  connect: z.enum(['agent', 'ssm']).optional(),
  /** Anything else that RunInstances knows, passed through as it is. */
  instanceParameters: z.record(z.string(), z.json()).optional(),
});
export type Ec2Options = z.output<typeof Ec2Options>;

/** What the configuration says for all machines. */
export interface Ec2Settings {
  readonly image?: string | undefined;
  readonly size?: string | undefined;
  /** USD for an hour on demand, by size. */
  readonly prices: Readonly<Record<string, number>>;
  /** Below those of a session. */
  readonly instanceParameters: Readonly<Record<string, unknown>>;
  /** Where SSM puts what commands write; undefined: nowhere. */
  readonly ssm?: { readonly bucket: string; readonly prefix: string } | undefined;
}

/** The whole of what RunInstances is told beside what is ours. */
export function parametersOf(settings: Ec2Settings, spec: SessionSpec): Readonly<Record<string, unknown>> {
  return { ...settings.instanceParameters, ...Ec2Options.parse(spec.options).instanceParameters };
}

/** Is it a machine of the spot market, by its options or by parameters that are passed on? */
export function isSpot(settings: Ec2Settings, spec: SessionSpec): boolean {
  const market = parametersOf(settings, spec)['InstanceMarketOptions'];
  const isAsked = 'spot' in spec.options && spec.options['spot'] !== false;
  return isAsked || (market as { readonly MarketType?: unknown } | null | undefined)?.MarketType === 'spot';
}

export function sizeOf(settings: Ec2Settings, spec: SessionSpec): string | null {
  const asked = parametersOf(settings, spec)['InstanceType'];
  return spec.size ?? (typeof asked === 'string' ? asked : null) ?? settings.size ?? null;
}

type Wish = readonly [string, (spec: SessionSpec) => boolean, string];

const WISHES: readonly Wish[] = [
  ['cpus', ({ cpus }) => cpus !== null, 'is for containers; give size, such as t3.small'],
  ['memory', ({ memoryBytes }) => memoryBytes !== null, 'is for containers; give size, such as t3.small'],
  ['pool', ({ pool }) => pool !== null, 'is for the provider process; leave it out'],
  ['agent', ({ agent }) => agent !== null, 'is for the provider process; leave it out'],
  [
    'volumes',
    ({ volumes }) => volumes.length > 0,
    'are not needed: its disks are kept over stop and start; more of them go into options.instanceParameters.BlockDeviceMappings',
  ],
  [
    'ports',
    ({ ports }) => ports.length > 0,
    'cannot be reached on machines at EC2; let what listens there be reached through its security group',
  ],
];

/** What would let a machine outlive its session, or make more than one. */
const PARAMETERS: readonly (readonly [string, (value: unknown) => boolean, string])[] = [
  ['ClientToken', () => true, 'is ours: it keeps a call that is repeated from making two machines'],
  ['DryRun', () => true, 'would make nothing'],
  ['MinCount', (value) => value !== 1, 'must be 1: a session is one machine'],
  ['MaxCount', (value) => value !== 1, 'must be 1: a session is one machine'],
  ['DisableApiTermination', (value) => value === true, 'must not be: nobody could end the machine'],
  ['DisableApiStop', (value) => value === true, 'must not be: nobody could stop the machine'],
  [
    'BlockDeviceMappings',
    keepsSomething,
    'must not say DeleteOnTermination: false: a session leaves nothing',
  ],
  ['NetworkInterfaces', keepsSomething, 'must not say DeleteOnTermination: false: a session leaves nothing'],
  ['InstanceMarketOptions', isPersistent, 'must not be persistent: EC2 would start the machine again'],
  ['UserData', (value) => scriptOf(value) === null, 'must be the base64 of a script that begins with #!'],
];

/** What of a spec cannot be. */
export function problems(settings: Ec2Settings, spec: SessionSpec): readonly SpecProblem[] {
  const parsed = Ec2Options.safeParse(spec.options);
  const wrong = WISHES.flatMap(([field, isWrong, message]) => (isWrong(spec) ? [{ field, message }] : []));
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => ({
      field: ['options', ...path].join('.'),
      message,
    }));
    return [...wrong, ...faults];
  }
  const parameters = parametersOf(settings, spec);
  const fromTemplate = 'LaunchTemplate' in parameters;
  const needs: readonly Need[] = [
    [
      'image',
      fromTemplate || imageOf(settings, spec) !== null,
      'must be given, such as ami-0123456789abcdef0',
    ],
    ['size', fromTemplate || sizeOf(settings, spec) !== null, 'must be given, such as t3.small'],
    ...(isBySsm(spec) ? ssmNeeds(settings, spec) : []),
    [
      'options.subnets',
      parsed.data.subnets === undefined || !('NetworkInterfaces' in parameters),
      'must not stand beside NetworkInterfaces; name the subnet there',
    ],
  ];
  const missing = needs.flatMap(([field, ok, message]) => (ok ? [] : [{ field, message }]));
  const refused = PARAMETERS.flatMap(([name, isWrong, message]) =>
    name in parameters && isWrong(parameters[name])
      ? [{ field: `options.instanceParameters.${name}`, message }]
      : [],
  );
  return [...wrong, ...missing, ...refused];
}

type Need = readonly [string, boolean, string];

/** Does SSM carry its commands? */
export function isBySsm({ options }: Pick<SessionSpec, 'options'>): boolean {
  return options['connect'] === 'ssm';
}

function ssmNeeds({ ssm }: Ec2Settings, { health, files = [] }: SessionSpec): readonly Need[] {
  return [
    [
      'options.connect',
      ssm !== undefined,
      'ssm needs ec2.ssm.bucket in errand.yaml: the bucket through which all that commands write comes',
    ],
    ['health', health === null, 'needs an agent on the machine; leave it out where SSM carries the commands'],
    [
      'files',
      files.length === 0,
      'need an agent on the machine; let a command fetch them where SSM carries it',
    ],
  ];
}

export function imageOf(settings: Ec2Settings, spec: SessionSpec): string | null {
  const asked = parametersOf(settings, spec)['ImageId'];
  return spec.image ?? (typeof asked === 'string' ? asked : null) ?? settings.image ?? null;
}

/** The text of a script in user data; null: it is none. */
export function scriptOf(userData: unknown): string | null {
  if (typeof userData !== 'string') return null;
  const text = Buffer.from(userData, 'base64').toString();
  return text.startsWith('#!') ? text : null;
}

function keepsSomething(mappings: unknown): boolean {
  return /"DeleteOnTermination":false/.test(JSON.stringify(mappings));
}

function isPersistent(market: unknown): boolean {
  return /"persistent"/.test(JSON.stringify(market));
}
