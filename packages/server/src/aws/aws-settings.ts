import { z } from 'zod';

/** `aws` in errand.yaml. Who we are there comes from the standard chain of credentials: environment, shared files, role of the machine. */
export const AwsConfig = z.strictObject({
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, 'must be a region such as eu-north-1')
    .optional()
    .meta({ description: 'Default: AWS_REGION, else that of the shared configuration files' }),
  endpoint: z
    .url({ protocol: /^https?$/, error: 'must be an address such as http://127.0.0.1:5000' })
    .optional()
    .meta({ description: 'In place of the addresses of AWS, for an emulator or a gateway' }),
  maxAttempts: z
    .int()
    .min(1)
    .max(50)
    .default(10)
    .meta({ description: 'How often one call is tried where AWS is busy or does not answer' }),
});
export type AwsSettings = z.output<typeof AwsConfig>;

/** As a configuration without `aws` means them. */
export function awsSettings(given?: AwsSettings): AwsSettings {
  return given ?? AwsConfig.parse({});
}
