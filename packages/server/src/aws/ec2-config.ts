import { z } from 'zod';

/** `ec2` in errand.yaml: sessions on machines at EC2. */
export const Ec2Config = z.strictObject({
  image: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'Of machines whose session names none: ami-...' }),
  size: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .meta({ description: 'The same of their type, such as t3.small' }),
  prices: z.record(z.string(), z.number().positive()).default({}).meta({
    description: 'USD for an hour on demand, by type; what a session costs is shown where it is known',
  }),
  instanceParameters: z
    .record(z.string(), z.json())
    .default({})
    .meta({ description: 'Parameters of RunInstances for every machine; those of a session come before' }),
  ssm: z
    .strictObject({
      bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket'),
      prefix: z
        .string()
        .regex(/^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/, 'must be such as errand/output')
        .max(200)
        .default('errand'),
    })
    .optional()
    .meta({ description: 'Where what commands write comes along, of sessions with options.connect: ssm' }),
});
export type Ec2Config = z.output<typeof Ec2Config>;
