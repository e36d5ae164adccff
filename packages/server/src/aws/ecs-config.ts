import { z } from 'zod';

const Id = (prefix: string): z.ZodString =>
  z.string().regex(new RegExp(`^${prefix}-[0-9a-f]+$`), `must be such as ${prefix}-0123abcd`);
const Arn = z.string().regex(/^arn:[\w-]+:iam::\d{12}:role\/\S+$/, 'must be the ARN of a role');

const Fields = z.strictObject({
  cluster: z
    .string()
    .regex(/^(arn:\S+|[\w-]{1,255})$/, 'must be the name or the ARN of a cluster')
    .default('default'),
  launchType: z
    .enum(['fargate', 'ec2'])
    .default('fargate')
    .meta({ description: 'Who has the machines: AWS, or the cluster itself' }),
  networkMode: z
    .enum(['awsvpc', 'bridge'])
    .default('awsvpc')
    .meta({ description: 'An address for each task, or ports of its machine, for launchType ec2 only' }),
  subnets: z.array(Id('subnet')).max(16).default([]).meta({
    description: 'Of tasks with an address of their own; this control plane must be reached from there',
  }),
  securityGroups: z
    .array(Id('sg'))
    .max(5)
    .default([])
    .meta({ description: 'The same; without them that of the VPC is meant' }),
  publicIp: z.boolean().default(false).meta({
    description:
      'Tasks in a subnet without NAT need one to reach images and this control plane; with networkMode bridge: ports are at the public address of the machine',
  }),
  architecture: z.enum(['x64', 'arm64']).default('x64'),
  cpus: z.number().positive().default(0.5).meta({ description: 'Of a task whose session names none' }),
  memoryMiB: z.int().positive().default(1_024).meta({ description: 'The same of its memory' }),
  agentImage: z
    .string()
    .min(1)
    .max(400)
    .default('public.ecr.aws/docker/library/node:22-slim')
    .meta({ description: 'With Node 22 or newer; agent and keeper are brought from this control plane' }),
  fileSystem: Id('fs')
    .optional()
    .meta({ description: 'At EFS, reached from subnets: where volumes are kept' }),
  executionRole: Arn.optional().meta({ description: 'With it ECS fetches images and writes logs' }),
  taskRole: Arn.optional().meta({ description: 'Who commands in tasks are at AWS' }),
  spot: z.boolean().default(false).meta({ description: 'On capacity that AWS may take away' }),
  logs: z
    .strictObject({ driver: z.string().min(1), options: z.record(z.string(), z.string()).default({}) })
    .optional()
    .meta({ description: 'Where ECS writes what containers themselves say; logs of runs are not among it' }),
  prices: z
    .strictObject({ cpuHour: z.number().positive(), memoryGiBHour: z.number().positive() })
    .optional()
    .meta({ description: 'USD for an hour; what a session costs is shown where they are known' }),
});

/** `ecs` in errand.yaml: sessions in tasks of ECS. */
export const EcsConfig = Fields.refine(
  ({ networkMode, launchType }) => networkMode === 'awsvpc' || launchType === 'ec2',
  { path: ['networkMode'], error: 'bridge needs launchType ec2: Fargate gives each task an address' },
)
  .refine(({ networkMode, subnets }) => networkMode === 'bridge' || subnets.length > 0, {
    path: ['subnets'],
    error: 'needs at least one',
  })
  .refine(({ spot, launchType }) => !spot || launchType === 'fargate', {
    path: ['spot'],
    error: 'is for Fargate; with launchType ec2 the machines of the cluster decide',
  })
  .refine(
    ({ publicIp, networkMode, launchType }) =>
      !publicIp || launchType === 'fargate' || networkMode === 'bridge',
    {
      path: ['publicIp'],
      error: 'is for Fargate, and for networkMode bridge: ECS gives none to tasks on machines of a cluster',
    },
  );
export type EcsConfig = z.output<typeof EcsConfig>;
