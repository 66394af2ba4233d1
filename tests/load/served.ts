import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { http } from './http.ts';
import { freePort } from '../support/free-port.ts';
import { start } from '../support/run.ts';

const command = resolve(import.meta.dirname, '../../packages/cli/bin/ashlar.js');

/** `ashlar serve` in a process of its own, so that its memory, its descriptors and its event loop are its own. */
export interface Served {
  readonly url: string;
  readonly pid: number;
  readonly token: string;
  /** Whether the process lives. */
  isAlive(): boolean;
  usage(): Promise<Usage>;
  metric(name: RegExp): Promise<number>;
  stop(): Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

export interface Usage {
  /** MiB of memory, as the system counts it; files that the database maps are part of it. */
  readonly resident: number;
  /** MiB of memory that is the process's own. */
  readonly own: number;
  readonly descriptors: number;
  /** Milliseconds. */
  readonly eventLoopP99: number;
}

export interface ServeOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** The limit of open files. */
  readonly openFiles?: number;
}

export async function serve({ env = {}, openFiles }: ServeOptions = {}): Promise<Served> {
  const data = await mkdtemp(join(tmpdir(), 'ashlar-load-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  const token = 'a-preset-token-for-load-1234';
  const line = [process.execPath, command, 'serve', '--log-level', 'warn'];
  const limited = ['bash', '-c', `ulimit -n ${openFiles}; exec "$@"`, 'bash', ...line];
  const [program, ...args] = openFiles === undefined ? line : limited;
  const server = await start(program!, args, {
    env: {
      ASHLAR_DATA: data,
      ASHLAR_LISTEN: new URL(url).host,
      ASHLAR_LISTEN_TLS: 'off',
      ASHLAR_ADMIN_TOKEN: token,
      ASHLAR_SHUTDOWN_GRACE: '5s',
      ...env,
    },
  });
  let isAlive = true;
  void server.ended.then(() => {
    isAlive = false;
  });
  await server.waitFor(/Ashlar .* serves/, 60_000);
  const metric = async (name: RegExp) => {
    const text = (await http(`${url}/metrics`)).body.toString();
    return Number(new RegExp(`^${name.source} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  };
  const stop = async () => {
    await server.stop(10_000);
    await rm(data, { recursive: true, force: true });
  };
  return {
    url,
    pid: server.pid,
    token,
    isAlive: () => isAlive,
    async usage() {
      const p99 = await metric(/ashlar_event_loop_delay_seconds\{quantile="0\.99"\}/);
      return { ...(await readProcess(server.pid)), eventLoopP99: p99 * 1000 };
    },
    metric,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function readProcess(pid: number) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const mebibytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)![1]) / 1024;
  return {
    resident: mebibytes('VmRSS'),
    own: mebibytes('RssAnon'),
    descriptors: (await readdir(`/proc/${pid}/fd`)).length,
  };
}
