import type { Logger } from 'pino';
import type { OtherRoutes } from '../http/parts.ts';
import type { Sealer } from '../secrets.ts';
import type { Services } from '../services.ts';
import { Deliverer } from './aws-exec/deliverer.ts';
import { putTo } from './aws-exec/push-target.ts';
import { awsExecRoutes } from './aws-exec/routes.ts';
import type { CompatConfig } from './compat-config.ts';

/** The older systems that this control plane also speaks for. */
export interface Compat extends OtherRoutes {
  /** Takes up what an earlier process left undone. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface CompatParts {
  readonly config: CompatConfig;
  readonly services: Services;
  readonly sealer: Sealer;
  readonly log: Pick<Logger, 'warn'>;
}

export function createCompat({ config, services, sealer, log }: CompatParts): Compat {
  const { awsExec } = config;
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
    },
    start: () => deliverer.start(),
    stop: () => deliverer.stop(),
  };
}
