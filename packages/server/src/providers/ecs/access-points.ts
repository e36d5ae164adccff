import type * as Library from '@aws-sdk/client-efs';
import type { AccessPointDescription, EFSClient, Tag } from '@aws-sdk/client-efs';
import { ProviderError } from '@errand/core';
import { ecsError } from './ecs-error.ts';
import { TAGS } from './names.ts';

/** All tries of one call together. */
const CALL_MS = 30_000;
/** Of one page. */
const MOST = 1_000;

/** An access point of EFS that is ours, through which nothing but one volume of one owner can be seen. */
export interface AccessPoint {
  readonly id: string;
  /** Can it be mounted? A new one takes a moment. */
  readonly ready: boolean;
  readonly token: string;
  readonly owner: string;
  /** Who made it: other sessions of this owner may have it by now. */
  readonly session: string;
  readonly launch: string;
  /** Somebody empties it, so nobody may mount it any more. */
  readonly erasing: boolean;
}

export interface NewAccessPoint {
  /** Of the same token there is one, however often it is asked for. 64 characters. */
  readonly token: string;
  readonly folder: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** The calls of EFS that are made, each with the permission of the same name. Errors are the port's. The library is loaded with the first of them. */
export class AccessPoints {
  readonly #client: () => Promise<EFSClient>;
  readonly #fileSystem: string;

  constructor(client: () => Promise<EFSClient>, fileSystem: string) {
    this.#client = client;
    this.#fileSystem = fileSystem;
  }

  /** elasticfilesystem:DescribeAccessPoints: those with a tag of ours that can be used, or will be in a moment. */
  async all(tag: string): Promise<readonly AccessPoint[]> {
    return await this.#call('DescribeAccessPoints', async (sdk, client, options) => {
      const found: AccessPoint[] = [];
      for (let NextToken: string | undefined, more = true; more; more = NextToken !== undefined) {
        const asked = { FileSystemId: this.#fileSystem, MaxResults: MOST, NextToken };
        const answer = await client.send(new sdk.DescribeAccessPointsCommand(asked), options);
        const ours = (answer.AccessPoints ?? []).filter(
          ({ Tags, LifeCycleState = '' }) => valueOf(Tags, TAGS.tag) === tag && THERE.has(LifeCycleState),
        );
        found.push(...ours.map(seen));
        NextToken = answer.NextToken;
      }
      return found;
    });
  }

  /** elasticfilesystem:CreateAccessPoint, elasticfilesystem:TagResource. Answers its id; its folder is made by the first who mounts it. */
  async make({ token, folder, tags }: NewAccessPoint): Promise<string> {
    return await this.#call('CreateAccessPoint', async (sdk, client, options) => {
      const asked = new sdk.CreateAccessPointCommand({
        FileSystemId: this.#fileSystem,
        ClientToken: token,
        // Whoever the image runs as shall be able to write there.
        RootDirectory: { Path: folder, CreationInfo: { OwnerUid: 0, OwnerGid: 0, Permissions: '1777' } },
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      });
      try {
        return (await client.send(asked, options)).AccessPointId ?? '';
      } catch (error) {
        // Made before, by a call whose answer was lost.
        if (error instanceof sdk.AccessPointAlreadyExists) return error.AccessPointId ?? '';
        throw error;
      }
    });
  }

  /** elasticfilesystem:TagResource: from now on nobody may begin to use it. */
  async markErasing(id: string): Promise<void> {
    await this.#call('TagResource', async (sdk, client, options) => {
      const Tags = [{ Key: TAGS.erasing, Value: 'true' }];
      await client.send(new sdk.TagResourceCommand({ ResourceId: id, Tags }), options);
    });
  }

  /** elasticfilesystem:DeleteAccessPoint. What was in its folder must be gone before: nobody could reach it any more. */
  async remove(id: string): Promise<void> {
    await this.#call('DeleteAccessPoint', async (sdk, client, options) => {
      try {
        await client.send(new sdk.DeleteAccessPointCommand({ AccessPointId: id }), options);
      } catch (error) {
        if (!(error instanceof sdk.AccessPointNotFound)) throw error;
      }
    });
  }

  async #call<Answer>(
    about: string,
    call: (sdk: typeof Library, client: EFSClient, options: { abortSignal: AbortSignal }) => Promise<Answer>,
  ): Promise<Answer> {
    try {
      const [sdk, client] = [await import('@aws-sdk/client-efs'), await this.#client()];
      return await call(sdk, client, { abortSignal: AbortSignal.timeout(CALL_MS) });
    } catch (error) {
      throw ecsError(error, `elasticfilesystem:${about}`);
    }
  }
}

/** Throws `transient` where it cannot be mounted yet or any more. */
export function checkUsable({ ready, erasing }: Pick<AccessPoint, 'ready' | 'erasing'>): void {
  if (erasing)
    throw new ProviderError(
      'transient',
      'a volume of that name is just being emptied, as nobody had it any more',
    );
  if (!ready) throw new ProviderError('transient', 'EFS is still making a volume of it');
}

const THERE: ReadonlySet<string> = new Set(['creating', 'available', 'updating']);

function seen({
  AccessPointId = '',
  ClientToken = '',
  LifeCycleState,
  Tags,
}: AccessPointDescription): AccessPoint {
  return {
    id: AccessPointId,
    ready: LifeCycleState !== 'creating',
    token: ClientToken,
    owner: valueOf(Tags, TAGS.owner),
    session: valueOf(Tags, TAGS.session),
    launch: valueOf(Tags, TAGS.launch),
    erasing: valueOf(Tags, TAGS.erasing) !== '',
  };
}

function valueOf(tags: readonly Tag[] | undefined, name: string): string {
  return tags?.find(({ Key }) => Key === name)?.Value ?? '';
}
