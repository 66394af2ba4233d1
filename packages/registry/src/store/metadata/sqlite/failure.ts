import { AshlarError, ashlarError } from '@ashlar/core/error';

import type { WriterReply } from './writer-protocol.ts';

/** Result codes of SQLite, https://www.sqlite.org/rescode.html; the low byte is the primary one. */
const sqliteBusy = 5;
const sqliteIoError = 10;
const sqliteFull = 13;
const sqliteCannotOpen = 14;

/** What crosses the thread of an error. */
export function errorData(error: unknown): NonNullable<WriterReply['error']> {
  if (error instanceof AshlarError) return { known: error.toData() };
  const code = ((error as { errcode?: number }).errcode ?? 0) & 0xff;
  if (code === sqliteFull) return { known: ashlarError('ASH-STORAGE-FULL', {}).toData() };
  if (code === sqliteBusy) {
    const reason = 'another program is writing to the metadata database';
    return { known: ashlarError('ASH-UNAVAILABLE', { reason }).toData() };
  }
  if (code === sqliteIoError || code === sqliteCannotOpen) {
    const reason = `the metadata database reports: ${(error as Error).message}`;
    return { known: ashlarError('ASH-UNAVAILABLE', { reason }).toData() };
  }
  return { unknown: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
