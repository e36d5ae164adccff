import type { Logger } from 'pino';
import type { OtherRoutes } from '../http/parts.ts';
import type { Sealer } from '../secrets.ts';
import type { Services } from '../services.ts';
import { Deliverer } from './aws-exec/deliverer.ts';
import { putTo } from './aws-exec/push-target.ts';
import { awsExecRoutes } from './aws-exec/routes.ts';
import { OldClients } from './cloud-script/old-clients.ts';
import { cloudScriptRoutes } from './cloud-script/routes.ts';
import type { CompatConfig } from './compat-config.ts';
import { cortxRoutes } from './cortx/routes.ts';
import { slicerRoutes } from './slicer/routes.ts';
import { stepFunctionsRoutes } from './step-functions/routes.ts';

/** The older systems that this control plane also speaks for. */
export interface Compat extends OtherRoutes, AsyncDisposable {
  /** Takes up what an earlier process left undone. */
  start(): Promise<void>;
}

export interface CompatParts {
  readonly config: CompatConfig;
  readonly services: Services;
  readonly sealer: Sealer;
  readonly log: Pick<Logger, 'warn'>;
}

export function createCompat({ config, services, sealer, log }: CompatParts): Compat {
  const { awsExec, cloudScript, cortx, slicer, stepFunctions } = config;
  const clients = cloudScript === undefined ? null : new OldClients(services, cloudScript);
  const deliverer = new Deliverer({
    deliveries: services.store.deliveries,
    runs: services.store.runs,
    logs: services.logs,
    notifier: services.notifier,
    clock: services.clock,
    sealer,
    put: (url, body) => putTo(url, body, awsExec?.pushTo ?? []),
    warn: (message, about) => log.warn(about, message),
  });
  return {
    mount: (app, parts) => {
      if (awsExec !== undefined) awsExecRoutes(app, parts, { services, sealer, config: awsExec, deliverer });
      if (cloudScript !== undefined && clients !== null)
        cloudScriptRoutes(app, parts, { services, config: cloudScript, clients });
      if (cortx !== undefined) {
        const warn = (message: string, about: object): void => log.warn(about, message);
        cortxRoutes(app, parts, { services, config: cortx, warn });
      }
      if (slicer !== undefined) slicerRoutes(app, parts, { services, config: slicer });
      if (stepFunctions !== undefined) stepFunctionsRoutes(app, parts, { services, config: stepFunctions });
    },
    start: async () => {
      await deliverer.start();
      await clients?.start();
    },
    [Symbol.asyncDispose]: () => deliverer.stop(),
  };
}
