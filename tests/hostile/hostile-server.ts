import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { start } from '../support/run.ts';

const command = resolve(import.meta.dirname, '../../packages/cli/bin/ashlar.js');

/** A server in a process of its own, watched from outside. */
export interface HostileServer {
  readonly url: string;
  readonly admin: string;
  /** Everything that is stored: files with their inodes and sizes, and how many rows each table has. */
  stored(): Promise<Stored>;
  /** Starts to watch what the process uses; the answer says what it used since then. Linux only. */
  watch(): () => Usage | undefined;
  /** What the server logged. */
  log(): string;
  stop(): Promise<void>;
}

export interface Usage {
  /** Milliseconds of processor time, of all its threads. */
  readonly processor: number;
  /** MB by which its memory grew at most. */
  readonly growth: number;
}

export interface Stored {
  readonly files: readonly string[];
  readonly rows: Readonly<Record<string, number>>;
}

export async function startHostileServer(): Promise<HostileServer> {
  const data = await mkdtemp(join(tmpdir(), 'ashlar-hostile-'));
  const admin = 'hostile-test-admin-token';
  const program = await start(
    process.execPath,
    [command, 'serve', '--data', data, '--listen', '127.0.0.1:0', '--listen-tls', 'off'],
    // Wrong sign-ins are what is sent here; their limit has tests of its own.
    { env: { ASHLAR_ADMIN_TOKEN: admin, ASHLAR_SIGN_IN_LIMIT: 'off', ASHLAR_RATE_LIMIT: 'off' } },
  );
  const [, url] = await program.waitFor(/serves (http:\S+) from/, 30_000);
  const database = new DatabaseSync(join(data, 'metadata.db'), { readOnly: true });
  return {
    url: url!,
    admin,
    stored: async () => ({ files: await filesBelow(data), rows: rowCounts(database) }),
    watch: () => watch(program.pid),
    log: program.stdout,
    async stop() {
      database.close();
      await program.stop();
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** The database has rows instead, and its own way to write files. */
async function filesBelow(data: string): Promise<string[]> {
  const entries = await readdir(data, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory() && !/^(?:metadata\.db|lock)/.test(entry.name));
  const described = await Promise.all(
    files.map(async (entry) => {
      const place = join(entry.parentPath, entry.name);
      const { ino, size } = await stat(place);
      return `${place.slice(data.length + 1)} ${ino} ${size}`;
    }),
  );
  return described.toSorted();
}

function rowCounts(database: DatabaseSync): Record<string, number> {
  const tables = database.prepare("select name from sqlite_master where type = 'table'").all();
  // Downloads are counted whenever there is time.
  const counted = tables
    .map(({ name }) => String(name))
    .filter((name) => !/^(?:sqlite_|download$)/.test(name));
  return Object.fromEntries(
    counted.map((name) => [
      name,
      Number(database.prepare(`select count(*) as n from "${name}"`).get()!['n']),
    ]),
  );
}

/**
 * The kernel keeps the highest resident size since the last time somebody wrote 5 into `clear_refs`, and counts the
 * processor time in ticks of 10 ms.
 */
function watch(pid: number): () => Usage | undefined {
  if (process.platform !== 'linux') return () => undefined;
  const megabytes = (field: string) => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)![1]) / 1024;
  };
  const milliseconds = () => {
    // Behind the name, which may hold blanks: state, ten numbers, user and system time.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  };
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  const [memory, time] = [megabytes('VmRSS'), milliseconds()];
  return () => ({ processor: milliseconds() - time, growth: Math.max(0, megabytes('VmHWM') - memory) });
}
