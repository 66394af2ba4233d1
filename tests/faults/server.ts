import { resolve } from 'node:path';

import { type RunningProgram, start } from '../support/run.ts';
import { type Client, clientOf } from './client.ts';

/** The administrator of every server under test. */
export const adminToken = 'a-preset-token-for-tests-1234';

/** A server in a process of its own. */
export interface Server {
  readonly client: Client;
  /** Its process, and that of no wrapper: strace is attached to it. */
  readonly pid: number;
  readonly program: RunningProgram;
  /** Ends it as a power button would, and waits until it is gone. */
  kill(): Promise<void>;
}

export interface LaunchOptions {
  /** Where to crash, as `ASHLAR_CRASH_AT` takes it. */
  readonly crashAt?: string;
  /** Milliseconds until it has to serve. */
  readonly patience?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a server on a data folder; rejects when it ends before it serves. What the stores are is its affair. */
export type Launch = (data: string, options?: LaunchOptions) => Promise<Server>;

/** The program that users start. */
export const serveCommand: readonly string[] = [
  process.execPath,
  resolve(import.meta.dirname, '../../packages/cli/bin/ashlar.js'),
];

/** The server as users start it, with the stores that it brings along: SQLite and files. */
export const launchEmbedded: Launch = async (data, options = {}) =>
  await serveWith(serveCommand, data, options);

/** The same through another program that hands over to it with `exec`, such as `prlimit`. */
export async function serveWith(
  [program, ...args]: readonly string[],
  data: string,
  { crashAt, patience = 30_000, env = {} }: LaunchOptions,
): Promise<Server> {
  const running = await start(program!, [...args, 'serve'], {
    env: {
      ASHLAR_LOG_LEVEL: 'warn',
      ASHLAR_DATA: data,
      ASHLAR_LISTEN: '127.0.0.1:0',
      ASHLAR_LISTEN_TLS: 'off',
      ASHLAR_ADMIN_TOKEN: adminToken,
      ASHLAR_SHUTDOWN_GRACE: '20s',
      ASHLAR_CRASH_AT: crashAt,
      ...env,
    },
  });
  try {
    const [, url] = await running.waitFor(/serves (http:\S+)/, patience);
    const kill = async () => {
      if (isAlive(running.pid)) process.kill(running.pid, 'SIGKILL');
      await running.ended;
    };
    return { client: clientOf(url!, adminToken), pid: running.pid, program: running, kill };
  } catch (error) {
    await running.stop(0);
    throw error;
  }
}

/** Whether the process runs; one that ended and waits for its parent does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
