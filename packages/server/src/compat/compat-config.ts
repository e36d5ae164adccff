import { z } from 'zod';
import { AwsExecConfig } from './aws-exec/config.ts';
import { CloudScriptConfig } from './cloud-script/config.ts';
import { CortxConfig } from './cortx/config.ts';
import { SlicerConfig } from './slicer/config.ts';
import { StepFunctionsConfig } from './step-functions/config.ts';

/** The wire shapes of older systems that this control plane also speaks; none unless named here. */
export const CompatConfig = z.strictObject({
  awsExec: AwsExecConfig.optional().meta({
    description: 'POST and GET /api/exec as clients of aws-exec call them',
  }),
  cloudScript: CloudScriptConfig.optional().meta({
    description: 'The functions of Lambda-CloudScript-Orchestrator below /cloud-script',
  }),
  cortx: CortxConfig.optional().meta({
    description: 'The four functions of the CORTX AWS Lambda, with a stage before them or not',
  }),
  slicer: SlicerConfig.optional().meta({
    description: 'The routes of AWS Slicer Service, with and without /aws',
  }),
  stepFunctions: StepFunctionsConfig.optional().meta({
    description:
      'Executions of ngen-datastream as the AWS CLI starts them, with --endpoint-url URL/step-functions',
  }),
});
export type CompatConfig = z.output<typeof CompatConfig>;
