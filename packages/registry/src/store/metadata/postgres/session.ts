import type { Client, ClientConfig } from 'pg';

import { Kysely } from 'kysely';

import { ashlarError } from '@ashlar/core/error';

import type { Schema } from '../schema.ts';
import { pgDialect } from './dialect.ts';

/** One connection to PostgreSQL. */
export interface Session {
  readonly db: Kysely<Schema>;
  /** Runs a statement without parameters; gives its command tag. */
  control(statement: string): Promise<string>;
  isLost(): boolean;
  /** Cuts it, whatever it is doing. */
  cut(): void;
  /** Ends it in order: locks are free when this is done. */
  close(): Promise<void>;
}

/** Milliseconds to connect and sign in; short, because a machine that is just coming back answers the next attempt. */
const connectTimeout = 3_000;
/** Milliseconds until a statement that gets no answer is given up with its connection; the server gives up before. */
const answerTimeout = 20_000;

const setUp = `
  set standard_conforming_strings = on;
  set client_min_messages = warning;
  set statement_timeout = '15s';
  set idle_in_transaction_session_timeout = '30s';
  set tcp_keepalives_idle = 10;
  set tcp_keepalives_interval = 5;
  set tcp_keepalives_count = 3;
  select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`;

/**
 * Connects and signs in. `name` is how the session shows in `pg_stat_activity`; `onLost` is called when it ends, for
 * any reason.
 * @throws the error of the system or of PostgreSQL; ASH-CONFIG when the database cannot hold our texts
 */
export async function openSession(url: string, name: string, onLost = () => {}): Promise<Session> {
  const client = await createClient(url);
  let isLost = false;
  const end = () => {
    isLost = true;
    onLost();
  };
  // Without a listener an error of an idle connection would end the process.
  client.on('error', end);
  client.on('end', end);
  const query = giveUpInTime(client);
  try {
    await client.connect();
    await query(setUp);
    await query(`select set_config('application_name', $1, false)`, [name]);
    await checkDatabase(query);
  } catch (error) {
    void client.end().catch(() => {});
    throw error;
  }
  const connection = { query, release: () => {} };
  return {
    db: new Kysely<Schema>({
      dialect: pgDialect({ connect: async () => connection, end: async () => {} } as never),
    }),
    control: async (statement) => (await query(statement)).command,
    isLost: () => isLost,
    cut() {
      end();
      void client.end().catch(() => {});
    },
    async close() {
      if (!isLost) await query('select pg_advisory_unlock_all()').catch(() => {});
      end();
      await Promise.race([client.end().catch(() => {}), pause(1_000)]);
    },
  };
}

type Query = (text: string, values?: unknown[]) => Promise<{ command: string; rows: unknown[] }>;

/** Loaded when it is needed: nobody who uses SQLite pays for it. */
async function createClient(url: string): Promise<Client> {
  const { default: pg } = await import('pg');
  const { types } = pg;
  const config: ClientConfig = {
    connectionString: url,
    connectionTimeoutMillis: connectTimeout,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: {
      // All our numbers are safe integers.
      getTypeParser: (oid, format) =>
        oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format),
    },
  };
  return new pg.Client(config);
}

function giveUpInTime(client: Client): Query {
  return async (text, values) => {
    // While something runs, ending is cutting.
    const timer = setTimeout(() => void client.end().catch(() => {}), answerTimeout);
    try {
      // Without values the simple protocol, which takes several statements.
      return await (values === undefined ? client.query(text) : client.query(text, values));
    } finally {
      clearTimeout(timer);
    }
  };
}

async function checkDatabase(query: Query): Promise<void> {
  const { rows } = await query(
    `select current_setting('server_encoding') as encoding, current_setting('transaction_read_only') as read_only`,
  );
  const { encoding, read_only: readOnly } = rows[0] as { encoding: string; read_only: string };
  if (readOnly === 'on') throw Object.assign(new Error('the database is read-only'), { code: '25006' });
  if (encoding === 'UTF8') return;
  const reason = `the database has the encoding ${encoding}`;
  throw ashlarError('ASH-CONFIG', { key: 'database', reason, fix: 'Make one with the encoding UTF8.' });
}

async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
