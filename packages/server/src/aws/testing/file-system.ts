import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import {
  CreateFileSystemCommand,
  DescribeAccessPointsCommand,
  EFSClient,
  type EFSClientConfig,
} from '@aws-sdk/client-efs';
import type Docker from 'dockerode';

interface Surroundings {
  readonly at: EFSClientConfig;
  readonly engine: Docker;
  /** Of busybox. */
  readonly image: string;
  /** Unique among all that run on this machine. */
  readonly group: string;
}

/**
 * A file system of EFS whose access points tasks really mount: each folder that one shows is a volume of the engine, made with the rights that the access
 * point says when the first mounts it, as at EFS. It stays when the access point is gone, as at EFS.
 */
export class FileSystem implements AsyncDisposable {
  readonly id: string;
  readonly efs: EFSClient;
  readonly #around: Surroundings;
  readonly #volumes = new Map<string, Promise<string>>();

  private constructor(id: string, efs: EFSClient, around: Surroundings) {
    this.id = id;
    this.efs = efs;
    this.#around = around;
  }

  static async make(around: Surroundings): Promise<FileSystem> {
    const efs = new EFSClient(around.at);
    const { FileSystemId = '' } = await efs.send(
      new CreateFileSystemCommand({ CreationToken: around.group }),
    );
    return new FileSystem(FileSystemId, efs, around);
  }

  /** Name of the volume behind an access point. Throws where the emulator has none. */
  async volumeOf(accessPoint: string): Promise<string> {
    const asked = new DescribeAccessPointsCommand({ AccessPointId: accessPoint });
    const { AccessPoints: [point] = [] } = await this.efs.send(asked);
    const { Path = '/', CreationInfo } = point?.RootDirectory ?? {};
    const volume = this.#volumes.get(Path) ?? this.#make(Path, CreationInfo?.Permissions ?? '0755');
    this.#volumes.set(Path, volume);
    return await volume;
  }

  /** Those that some access point shows. */
  async folders(): Promise<readonly string[]> {
    const asked = new DescribeAccessPointsCommand({ FileSystemId: this.id });
    const { AccessPoints = [] } = await this.efs.send(asked);
    return AccessPoints.map(({ RootDirectory }) => RootDirectory?.Path ?? '');
  }

  /** Everything that was ever written there and is not gone. */
  async files(): Promise<readonly string[]> {
    const volumes = await Promise.all(this.#volumes.values());
    const args = [
      'run',
      '--rm',
      '--network',
      'none',
      ...volumes.flatMap((each) => ['-v', `${each}:/all/${each}`]),
    ];
    const said = await promisify(execFile)('docker', [
      ...args,
      this.#around.image,
      'find',
      '/all',
      '-type',
      'f',
    ]);
    return said.stdout.split('\n').filter(Boolean);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const volume of this.#volumes.values()) await this.#around.engine.getVolume(await volume).remove();
    this.efs.destroy();
  }

  async #make(path: string, permissions: string): Promise<string> {
    const { engine, group, image } = this.#around;
    const volume = `errand-efs-${group}-${createHash('sha256').update(path).digest('hex').slice(0, 16)}`;
    const container = await engine.createContainer({
      Image: image,
      Entrypoint: ['/bin/busybox', 'chmod', permissions, '/folder'],
      HostConfig: { Binds: [`${volume}:/folder`], NetworkMode: 'none' },
    });
    await container.start();
    await container.wait();
    await container.remove();
    return volume;
  }
}
