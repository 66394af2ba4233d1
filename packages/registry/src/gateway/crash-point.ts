import { threadId } from 'node:worker_threads';

/**
 * Places between two steps of a write where a process may end; tests end it at each of them (`npm run faults`). The names
 * below are all that there are, and the tests fail when one of them is never reached.
 */
export const crashPoints = [
  // First start: data folder, database, certificates, administrator.
  'folder.made',
  'folder.locked',
  'folder.format-written',
  'folder.format-named',
  'database.opened',
  'database.migrating',
  'database.migrated',
  'tls.file-written',
  'tls.file-named',
  'admin-token.written',

  // A blob, from its staging file to its name.
  'blob.created',
  'blob.written',
  'blob.hashed',
  'blob.accepted',
  'blob.folder-made',
  'blob.synced',
  'blob.renamed',
  'blob.named',
  'blob.twin-found',
  'blob.discarded',

  // A manifest: the bytes of what comes along, its own, the row.
  'push.blobs-stored',
  'push.manifest-stored',
  'push.committed',

  // One command of the metadata store, in the writer thread; the detail is its name.
  'command.begun',
  'command.done',
  'command.committed',
] as const;

export type CrashPoint = (typeof crashPoints)[number];

interface Trap {
  readonly point: string;
  readonly detail: string | undefined;
  /** How many times it is still passed before it is the one. */
  left: number;
  readonly end: () => void;
}

/** `point/detail:count:what`, all but the point may be left out. */
function parseTrap(text: string | undefined): Trap | undefined {
  const parts = /^([\w.-]+)(?:\/(\w+))?(?::(\d+))?(?::(process|thread))?$/.exec(text ?? '');
  if (!parts) return undefined;
  const [, point, detail, count, what] = parts;
  // In a worker, exit ends nothing but its thread.
  const end = what === 'thread' ? () => process.exit(1) : () => process.kill(process.pid, 'SIGKILL');
  // Its successor lives.
  if (what === 'thread' && threadId > 1) return undefined;
  return { point: point!, detail, left: Number(count ?? 1), end };
}

const trap = parseTrap(process.env['ASHLAR_CRASH_AT']);

/**
 * Ends the process here when the variable `ASHLAR_CRASH_AT` says so, as `kill -9` would: at `blob.renamed`, at
 * `blob.written:3` for the third time, at `command.done/putManifest` for one detail only; `command.done:1:thread` ends
 * the thread alone.
 */
export function crashPoint(point: CrashPoint, detail?: string): void {
  if (trap === undefined || trap.point !== point) return;
  if (trap.detail !== undefined && trap.detail !== detail) return;
  trap.left -= 1;
  if (trap.left === 0) trap.end();
}
