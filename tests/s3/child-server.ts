import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { freePort } from '../support/free-port.ts';
import { type RunningProgram, start } from '../support/run.ts';
import type { S3Service } from '../support/s3/service.ts';

const command = resolve(import.meta.dirname, '../../packages/cli/bin/ashlar.js');

export const token = 'a-preset-token-for-tests-1234';

/** A server in a process of its own, which can be killed and whose memory is its own. */
export interface ChildServer {
  readonly url: string;
  readonly program: RunningProgram;
  /** Sends a request as the administrator. */
  request(
    method: string,
    path: string,
    body?: Uint8Array,
    headers?: Record<string, string>,
  ): Promise<Response>;
  /** The most memory that it ever had, in bytes. */
  peakMemory(): Promise<number>;
  kill(): Promise<void>;
}

export async function startChild(data: string, service: S3Service): Promise<ChildServer> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const program = await start(process.execPath, [command, 'serve', '--blobs', service.url()], {
    env: {
      ...service.credentials,
      ASHLAR_DATA: data,
      ASHLAR_LISTEN: new URL(url).host,
      ASHLAR_LISTEN_TLS: 'off',
      ASHLAR_LOG_LEVEL: 'error',
      ASHLAR_ADMIN_TOKEN: token,
    },
  });
  try {
    await program.waitFor(/Ashlar .* serves/, 30_000);
  } catch (error) {
    await program.stop();
    throw error;
  }
  return {
    url,
    program,
    request: async (method, path, body, headers) =>
      await fetch(url + path, {
        method,
        headers: { authorization: `Bearer ${token}`, ...headers },
        ...(body === undefined ? {} : { body: Buffer.from(body) }),
      }),
    async peakMemory() {
      const status = await readFile(`/proc/${program.pid}/status`, 'utf8');
      return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
    },
    async kill() {
      process.kill(program.pid, 'SIGKILL');
      await program.ended;
    },
  };
}
