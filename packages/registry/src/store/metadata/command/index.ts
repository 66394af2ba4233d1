import type { Kysely } from 'kysely';

import type { Schema } from '../schema.ts';
import { collectBlobs, leaseBlob } from './collect.ts';
import { recordDownloads } from './download.ts';
import { deleteManifest, deleteTag, putManifest } from './manifest.ts';
import { storeModel } from './model.ts';
import { createNamespace, deleteNamespace, updateNamespace } from './namespace.ts';
import { addBlob, deleteBlob, deleteRepository } from './repository.ts';
import {
  createToken,
  endPresets,
  ensureSecret,
  presetToken,
  redeemCode,
  revokeToken,
  touchTokens,
} from './token.ts';
import { setState } from './version.ts';

/** Every way to change the metadata. Each is one transaction; inputs and outputs are plain data that cross threads. */
export const commands = {
  createNamespace,
  updateNamespace,
  deleteNamespace,
  addBlob,
  deleteBlob,
  leaseBlob,
  collectBlobs,
  deleteRepository,
  putManifest,
  deleteTag,
  deleteManifest,
  setState,
  storeModel,
  createToken,
  presetToken,
  endPresets,
  revokeToken,
  touchTokens,
  redeemCode,
  ensureSecret,
  recordDownloads,
};

export type CommandName = keyof typeof commands;

type Commands = typeof commands;
export type BoundCommands = {
  readonly [Name in CommandName]: (
    input: Parameters<Commands[Name]>[1],
  ) => Promise<Awaited<ReturnType<Commands[Name]>>>;
};

/** Gives each command as a function of its input alone; `run` is how a driver executes one. */
export function bindCommands(run: (name: CommandName, input: unknown) => Promise<unknown>): BoundCommands {
  const names = Object.keys(commands) as CommandName[];
  return Object.fromEntries(
    names.map((name) => [name, async (input: unknown) => await run(name, input)]),
  ) as unknown as BoundCommands;
}

export type Command = (db: Kysely<Schema>, input: never) => Promise<unknown>;
export type { DownloadCount } from './download.ts';
export type { ManifestInput, ManifestPart, Publication } from './manifest.ts';
export type { ModelInput } from './model.ts';
export type { RepositoryInput } from './repository.ts';
export type { NewToken } from './token.ts';
export type { StateInput } from './version.ts';
