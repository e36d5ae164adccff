/** What the configuration says for all tasks. */
export interface EcsSettings {
  readonly cluster: string;
  readonly launchType: 'fargate' | 'ec2';
  /** Has each task an address of its own, or are its ports some of its machine's? */
  readonly networkMode: 'awsvpc' | 'bridge';
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly publicIp: boolean;
  readonly architecture: 'x64' | 'arm64';
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly agentImage: string;
  /** At EFS, where volumes are. */
  readonly fileSystem?: string | undefined;
  readonly executionRole?: string | undefined;
  readonly taskRole?: string | undefined;
  readonly spot: boolean;
  readonly logs?: { readonly driver: string; readonly options: Readonly<Record<string, string>> } | undefined;
  readonly prices?: { readonly cpuHour: number; readonly memoryGiBHour: number } | undefined;
}
