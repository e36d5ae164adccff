import { z } from 'zod';

/** `lambda` in errand.yaml: runs of pools on demand by invocations of a function. */
export const LambdaConfig = z.strictObject({
  function: z
    .string()
    .regex(/^[\w:$-]{1,200}$/, 'must be a name such as errand-worker, or an ARN')
    .default('errand-worker')
    .meta({ description: 'Name or ARN of the function, where a pool names none' }),
  failures: z
    .string()
    .regex(
      /^(https?:\/\/\S+|arn:[\w-]+:sqs:[\w-]+:\d+:[\w-]+)$/,
      'must be the URL or the ARN of an SQS queue',
    )
    .optional()
    .meta({
      description:
        'The on-failure destination of the function, an SQS queue: why a run ended whose function failed',
    }),
});
export type LambdaConfig = z.output<typeof LambdaConfig>;
