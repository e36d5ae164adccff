import { SessionSpecWish } from '@errand/contract';
import { z } from 'zod';

/** Where executions of old callers run. */
export const StepFunctionsConfig = z.strictObject({
  session: SessionSpecWish.optional().meta({
    description: 'What executions run in, in place of an EC2 machine with their instance_parameters',
  }),
});
export type StepFunctionsConfig = z.output<typeof StepFunctionsConfig>;
