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

  // The same command where PostgreSQL is the record: committed there, then on the mirror.
  'record.committed',
  'mirror.applied',

  // A blob in a bucket, in parts when it is large.
  'object.part-sent',
  'object.stored',

  // Work on the whole store.
  'collect.taken-out',
  'collect.removed',
  'backup.rows-written',
  'backup.blobs-copied',
  'backup.named',
  'restore.blobs-copied',
  'restore.rows-written',
  'database.half-aside',
  'restore.put-aside',
  'restore.named',
] as const;

export type CrashPoint = (typeof crashPoints)[number];

type Trap = (point: CrashPoint, detail: string | undefined) => void;

const trap = readTrap(process.env['ASHLAR_CRASH_AT']);

/**
 * Ends the process here when the variable `ASHLAR_CRASH_AT` says so, as `kill -9` would: at `blob.renamed`, at
 * `blob.written:3` for the third time, at `command.done/putManifest` for one detail only; `command.done:1:thread` ends
 * the thread alone. `report` writes down which points are passed.
 */
export function crashPoint(point: CrashPoint, detail?: string): void {
  trap?.(point, detail);
}

function readTrap(text: string | undefined): Trap | undefined {
  if (text === 'report') return report;
  const parts = /^([\w.-]+)(?:\/(\w+))?(?::(\d+))?(?::(process|thread))?$/.exec(text ?? '');
  if (!parts) return undefined;
  const [, wanted, only, count, what] = parts;
  // Its successor lives.
  if (what === 'thread' && threadId > 1) return undefined;
  let left = Number(count ?? 1);
  return (point, detail) => {
    if (point !== wanted || (only !== undefined && only !== detail)) return;
    left -= 1;
    if (left !== 0) return;
    // In a worker, exit ends nothing but its thread.
    if (what === 'thread') process.exit(1);
    process.kill(process.pid, 'SIGKILL');
  };
}

function report(point: CrashPoint, detail: string | undefined): void {
  process.stderr.write(`passed ${detail === undefined ? point : `${point}/${detail}`}\n`);
}
