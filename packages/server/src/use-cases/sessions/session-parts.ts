import type { BlobStore, Clock, Ids, Notifier, Provider, SessionRecord, SessionStore } from '@errand/core';
import type { SessionAssets } from './session-assets.ts';
import type { SessionCommands } from './session-commands.ts';
import type { SessionTemplates } from './session-templates.ts';
import type { SessionUses } from './session-uses.ts';
import type { UploadRoom } from './upload-room.ts';

/** What the use-cases of sessions share. */
export interface SessionParts {
  readonly sessions: SessionStore;
  /** By name; the first is the one that is meant where none is named. */
  readonly providers: ReadonlyMap<string, Provider>;
  readonly templates: SessionTemplates;
  readonly commands: SessionCommands;
  readonly uses: SessionUses;
  readonly quotas: SessionQuotas;
  /** What was uploaded, and files of sessions on their way. */
  readonly blobs: BlobStore;
  readonly uploads: UploadRoom;
  readonly assets: Pick<SessionAssets, 'gather' | 'forget'>;
  /** Hosts within our own networks that files may be fetched from. */
  readonly fetchFrom: readonly string[];
  readonly notifier: Notifier;
  readonly clock: Clock;
  readonly ids: Ids;
  /** 0 to 1: chooses subdomains. */
  readonly random: () => number;
  readonly seal: (plain: string) => string;
  readonly unseal: (sealed: string) => string;
}

/** How many sessions there may be that are not over, and how much may lie there for them. */
export interface SessionQuotas {
  readonly perOwner: number;
  readonly perTeam: number;
  /** What one owner may have uploaded for sessions and not be forgotten yet, together. */
  readonly uploadBytes: number;
}

/** The provider of a session; undefined where the configuration no longer has it. */
export function providerOf(
  { providers }: Pick<SessionParts, 'providers'>,
  { spec }: Pick<SessionRecord, 'spec'>,
): Provider | undefined {
  return providers.get(spec.provider);
}
