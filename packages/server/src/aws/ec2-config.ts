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
});
export type Ec2Config = z.output<typeof Ec2Config>;
