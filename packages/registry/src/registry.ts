import type { Logger } from 'pino';

import type { Clock } from './gateway/clock.ts';
import type { Identity } from './identity/index.ts';
import type { EntraVerifier } from './identity/entra.ts';
import type { Room } from './intake/index.ts';
import type { Tasks } from './maintenance/task.ts';
import type { ModuleReader } from './reading/index.ts';
import type { VerifiedBlobStore } from './store/blob/index.ts';
import type { DataFolder } from './store/data-folder.ts';
import type { MetadataStore } from './store/metadata/index.ts';
import type { BlobLeases } from './catalogue/blob-lease.ts';
import type { UploadSessions } from './catalogue/upload-sessions.ts';
import type { Usage } from './catalogue/usage.ts';
import type { TurnKeeper } from './turn-keeper.ts';

/** The settings that requests depend on; a part of the server's configuration. */
export interface RegistryConfig {
  /** Whether repositories outside `bicep/` and `terraform/` take content. */
  readonly artifacts: 'allow' | 'deny';
  /** Bytes. */
  readonly maxBlobSize: number;
  /** Seconds that an access token lives. */
  readonly tokenTtl: number;
  /** Seconds that a refresh token of `/oauth2/exchange` lives. */
  readonly refreshTokenTtl: number;
  /** Seconds that a download link lives. */
  readonly archiveLinkTtl: number;
  /** Seconds after which an upload that nobody continues is dropped. */
  readonly uploadTtl: number;
  /** Seconds that content which nothing names stays. */
  readonly gcGrace: number;
  /** Unfinished uploads of one identity. */
  readonly maxUploads: number;
  /** Requests a second of one caller, for metadata. */
  readonly rateLimit: number | 'off';
  readonly rateBurst: number;
  /** Wrong sign-ins a minute. */
  readonly signInLimit: number | 'off';
}

/** Everything that the protocols share: one registry, whatever clients speak. */
export interface Registry {
  readonly config: RegistryConfig;
  readonly clock: Clock;
  readonly metadata: MetadataStore;
  readonly blobs: VerifiedBlobStore;
  readonly leases: BlobLeases;
  /** For each repository, what compares a version with those before it and then adds it to them. */
  readonly publishInTurn: TurnKeeper;
  readonly identity: Identity;
  /** Reads what versions are made of, in threads of its own. */
  readonly reader: ModuleReader;
  readonly usage: Usage;
  readonly tasks: Tasks;
  readonly folder: DataFolder;
  /** For what happens outside of requests, which have a log of their own. */
  readonly log: Logger;
  readonly uploadSessions: UploadSessions;
  /** For content that is unpacked or parsed as a whole. */
  readonly room: Room;
  /** Undefined while sign-in with Entra ID is not configured. */
  readonly entra: EntraVerifier | undefined;
}
