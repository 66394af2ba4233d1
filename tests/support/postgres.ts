import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';

import { freePort } from './free-port.ts';
import { run, type RunningProgram, start } from './run.ts';

/** A PostgreSQL server of its own, on a free port of this machine, that goes away with the test. */
export interface Cluster {
  readonly port: number;
  readonly folder: string;
  /** The address of a database. */
  url(database: string, user?: string): string;
  /** Makes an empty database, sorted as in English: capitals and punctuation do not count. */
  createDatabase(name: string): Promise<string>;
  dropDatabase(name: string): Promise<void>;
  /** Runs SQL on a connection of its own. */
  query(url: string, sql: string): Promise<Record<string, unknown>[]>;
  /** Ends the server: `immediate` as a crash does, `fast` in order. */
  stop(mode?: 'immediate' | 'fast'): Promise<void>;
  /** Starts it again, with what is on its disk; resolves when it takes connections. */
  start(): Promise<void>;
  /** Stops it where it is, as a machine does that hangs, and lets it go on. */
  freeze(): void;
  thaw(): void;
  remove(): Promise<void>;
}

export interface ClusterOptions {
  /** Off where nothing is crashed: it is slow. */
  readonly fsync?: boolean;
}

const signals = { immediate: 'SIGQUIT', fast: 'SIGINT' } as const;

/** `postgres` is the path of the server program; `initdb` lies beside it. */
export async function startCluster(postgres: string, options: ClusterOptions = {}): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-pg-'));
  const { uid, gid } = await serverUser();
  await chown(folder, uid, gid);
  const data = join(folder, 'data');
  const how = '--username ashlar --auth trust --no-sync --no-instructions --encoding UTF8 --locale C';
  await must(postgres.replace(/postgres$/, 'initdb'), ['--pgdata', data, ...how.split(' ')]);
  const port = await freePort();
  let server: RunningProgram | undefined;

  async function startServer(): Promise<void> {
    const settings = [
      'listen_addresses=127.0.0.1',
      `port=${port}`,
      `unix_socket_directories=${folder}`,
      `fsync=${options.fsync === false ? 'off' : 'on'}`,
      'shared_buffers=16MB',
      'max_connections=20',
      'log_min_messages=fatal',
    ];
    const program = asServerUser(postgres, ['-D', data, ...settings.flatMap((each) => ['-c', each])]);
    server = await start(program.command, program.args, { cwd: folder });
    await answers(server, port);
  }

  const cluster: Cluster = {
    port,
    folder,
    url: (database, user = 'ashlar') => `postgres://${user}@127.0.0.1:${port}/${database}`,
    async createDatabase(name) {
      // Not the order of bytes, so that a query that forgot to ask for that one is noticed.
      const sql = `create database ${name} template template0 locale_provider icu icu_locale 'en-US' locale 'C'`;
      await cluster.query(cluster.url('postgres'), sql);
      return cluster.url(name);
    },
    async dropDatabase(name) {
      await cluster.query(cluster.url('postgres'), `drop database ${name} with (force)`);
    },
    async query(url, sql) {
      const client = new pg.Client({ connectionString: url });
      client.on('error', () => {});
      await client.connect();
      try {
        return (await client.query(sql)).rows as Record<string, unknown>[];
      } finally {
        await client.end().catch(() => {});
      }
    },
    async stop(mode = 'fast') {
      if (server === undefined) return;
      process.kill(server.pid, signals[mode]);
      await server.ended;
      server = undefined;
    },
    start: startServer,
    freeze: () => void process.kill(-server!.pid, 'SIGSTOP'),
    thaw: () => void process.kill(-server!.pid, 'SIGCONT'),
    async remove() {
      await cluster.stop('immediate');
      await rm(folder, { recursive: true, force: true });
    },
  };
  await startServer();
  return cluster;
}

/** PostgreSQL refuses to run as root: then it runs as `nobody`. */
async function serverUser(): Promise<{ uid: number; gid: number }> {
  return isRoot() ? { uid: 65_534, gid: 65_534 } : { uid: process.getuid!(), gid: process.getgid!() };
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function asServerUser(command: string, args: readonly string[]): { command: string; args: string[] } {
  if (!isRoot()) return { command, args: [...args] };
  // It becomes the program, so that signals to it are signals to the server.
  const user = ['--reuid=65534', '--regid=65534', '--clear-groups', '--'];
  return { command: 'setpriv', args: [...user, command, ...args] };
}

async function must(command: string, args: readonly string[]): Promise<void> {
  const program = asServerUser(command, args);
  const { exitCode, stdout, stderr } = await run(program.command, program.args, { cwd: tmpdir() });
  if (exitCode !== 0) throw new Error(`${command} ended with ${exitCode}:\n${stdout}${stderr}`);
}

/** Waits until somebody can sign in. */
async function answers(server: RunningProgram, port: number): Promise<void> {
  let ended = false;
  void server.ended.then(() => (ended = true));
  for (let waited = 0; waited < 20_000; waited += 20) {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'ashlar', database: 'postgres' });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      if (ended) throw new Error(`postgres ended:\n${server.stdout()}${server.stderr()}`);
      await sleep(20);
    }
  }
  throw new Error(`postgres did not come up:\n${server.stdout()}${server.stderr()}`);
}
