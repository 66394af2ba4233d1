import { ashlarError } from '@ashlar/core';
import type { z } from 'zod';

import { blobsUrl } from './blobs-url.ts';
import { type DatabaseAddress, databaseUrl, passwordShown } from './database.ts';

/** Reads the addresses of two stores as flags give them; `prefix` begins the names of the flags. @throws ASH-CONFIG */
export function storesOf(
  { database, blobs }: { readonly database: string | undefined; readonly blobs: string | undefined },
  prefix: string,
): { database: DatabaseAddress | undefined; blobs: string | undefined } {
  const address = read(databaseUrl, `${prefix}database`, database);
  if (address?.hasPassword) {
    const fix = 'Set PGPASSWORD instead, or write it to ~/.pgpass.';
    throw ashlarError('ASH-CONFIG', { key: `${prefix}database`, reason: passwordShown, fix });
  }
  return {
    database: address,
    blobs: read(blobsUrl, `${prefix}blobs`, blobs),
  };
}

function read<T>(schema: z.ZodType<T>, key: string, text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  const result = schema.safeParse(text);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const fix = issue?.code === 'custom' ? String(issue.params?.['fix'] ?? '') : '';
  throw ashlarError('ASH-CONFIG', { key, reason: issue?.message ?? 'is wrong', fix });
}
