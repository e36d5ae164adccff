export { awsSettings } from './aws/aws-settings.ts';
export { deployWorkerTo, type WorkerPlace } from './aws/worker/deploy-worker-to.ts';
export { checkConfig } from './check-config.ts';
export type { ConfigFile, ConfigSources, ServerConfig } from './config.ts';
export { parseConfigFile, readConfigFile, serverConfig } from './config.ts';
export type { AdoptedAttempt, OwnAgent, OwnAgentOptions, StartOwnAgent } from './own-agent.ts';
export type { RunningServer, StartOptions } from './start.ts';
export { startServer } from './start.ts';
