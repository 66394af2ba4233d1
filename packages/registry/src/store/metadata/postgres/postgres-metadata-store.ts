import { AshlarError, ashlarError } from '@ashlar/core/error';

import type { Clock } from '../../../gateway/clock.ts';
import { newId } from '../../../gateway/random.ts';
import { bindCommands } from '../command/index.ts';
import type { MetadataStore } from '../metadata-store.ts';
import { currentSchema, migrate, newestSchema } from '../migration/index.ts';
import { type Mirror, openMirror } from '../mirror/mirror.ts';
import { readPosition, writePosition } from '../position.ts';
import { type BoundQueries, bindQueries } from '../query/index.ts';
import { openSnapshot } from '../sqlite/snapshot.ts';
import { postgresDialect } from './dialect.ts';
import { isOutage, isRefusal, messageOf, refusalError } from './failure.ts';
import { portableCopy } from './portable.ts';
import { openSession, type Session } from './session.ts';
import { startPostgresWriter, type Writer } from './writer.ts';
import { takeWriterLock } from './writer-lock.ts';

export interface PostgresStoreOptions {
  /** Path of the SQLite file that queries run on. It can be deleted at any time that no server runs. */
  readonly mirror: string;
  /** The database as people may see it: without user and password. */
  readonly shown: string;
  readonly clock: Clock;
  /** Milliseconds that commands wait while the connection is gone, before they fail. */
  readonly patience?: number;
  /** Told the error when commands begin to fail because of the database, and nothing when they work again. */
  readonly onChange?: ((outage: unknown) => void) | undefined;
}

export interface PostgresMetadataStore extends MetadataStore {
  outage(): string | undefined;
}

/**
 * Opens, and on first use fills, a metadata store whose record is a PostgreSQL database. Every command is committed
 * there first and then repeated on a local mirror, from which all queries are answered: as fast as from SQLite, and
 * also while PostgreSQL is away. Without PostgreSQL the store opens when it has a mirror, and commands fail with
 * ASH-UNAVAILABLE until the database is back.
 * @throws ASH-DATABASE-UNREACHABLE when there is no mirror either; ASH-DATABASE-LOCKED ASH-DATA-FORMAT ASH-CONFIG
 */
export async function openPostgresMetadataStore(
  url: string,
  options: PostgresStoreOptions,
): Promise<PostgresMetadataStore> {
  const { shown, clock } = options;
  const mirror = await openMirror(options.mirror, shown);
  const name = `ashlar ${newId(clock.now())}`;
  const writer = startPostgresWriter({
    connect: async (onLost) => await connect(url, name, options, onLost),
    mirror,
    newId: () => newId(clock.now()),
    patience: options.patience,
    onChange: options.onChange,
  });
  const close = async () => {
    await writer.close();
    await mirror.close();
  };
  try {
    await writer.first.catch((error) => mayGoOn(error, mirror, shown));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    query: guard(bindQueries(mirror.db), mirror, writer),
    command: bindCommands(async (command, input) => {
      return await writer.run({ name: command, input: portableCopy(input) });
    }),
    // Everything that was acknowledged is there, also while the database is not.
    snapshot: async () => await openSnapshot(mirror.path),
    outage: writer.outage,
    close,
  };
}

/** A session that alone may write, and that finds the newest schema. */
async function connect(
  url: string,
  name: string,
  { shown, clock }: PostgresStoreOptions,
  onLost: () => void,
): Promise<Session> {
  const session = await openSession(url, name, onLost);
  try {
    await takeWriterLock(session, name, shown);
    await ensureSchema(session, shown, newId(clock.now()));
    return session;
  } catch (error) {
    session.cut();
    throw error;
  }
}

/** Most connections are not the first: then one look is enough. */
async function ensureSchema({ db }: Session, shown: string, id: string): Promise<void> {
  const current = await currentSchema(db).catch(() => undefined);
  if (current !== newestSchema) await migrate(db, postgresDialect, shown);
  // New, or filled by other hands: from here on a mirror can tell whether it has all of it.
  if (!(await readPosition(db))?.batch) await writePosition(db, { batch: id, number: 0 });
}

/** Whether a store can do without its database for now. @throws when it cannot, or when waiting would not help */
function mayGoOn(error: unknown, mirror: Mirror, shown: string): void {
  if (error instanceof AshlarError) throw error;
  if (isRefusal(error)) throw refusalError(error, shown);
  if (!isOutage(error)) throw error;
  if (mirror.position()?.batch) return;
  const params = { database: shown, reason: messageOf(error) };
  throw ashlarError('ASH-DATABASE-UNREACHABLE', params, { cause: error });
}

/** Result codes of SQLite for a file that is damaged or none of its own. */
const sqliteCorrupt = 11;
const sqliteNotADatabase = 26;

/** A mirror that turns out to be damaged is made anew. */
function guard(queries: BoundQueries, mirror: Mirror, writer: Writer): BoundQueries {
  const guarded = Object.entries(queries).map(([name, query]) => {
    const run = query as (input: unknown) => Promise<unknown>;
    return [name, async (input: unknown) => await run(input).catch((error) => heal(error, mirror, writer))];
  });
  return Object.fromEntries(guarded) as BoundQueries;
}

function heal(error: unknown, mirror: Mirror, writer: Writer): never {
  const code = ((error as { errcode?: number }).errcode ?? 0) & 0xff;
  if (code !== sqliteCorrupt && code !== sqliteNotADatabase) throw error;
  mirror.distrust();
  writer.reconnect();
  const reason = 'the local copy of the metadata is damaged and is being made anew';
  throw ashlarError('ASH-UNAVAILABLE', { reason }, { cause: error });
}
