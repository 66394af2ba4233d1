import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { endedChildrenCpuSeconds } from '../program.ts';

export interface WrkResult {
  /** Responses that came in whole. */
  readonly requests: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Microseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Seconds of processor time that wrk itself took. */
  readonly cpuSeconds: number;
}

export interface WrkOptions {
  readonly connections: number;
  readonly seconds: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** File of paths to ask for in turn, one on a line, instead of that of the address. */
  readonly paths?: string;
}

const script = fileURLToPath(new URL('wrk.lua', import.meta.url));
const execute = promisify(execFile);

/** Asks again and again over kept connections. @throws when any answer is not a success */
export async function wrk(url: string, options: WrkOptions): Promise<WrkResult> {
  const { connections, seconds, headers = {}, paths } = options;
  const fields = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '60s', '-s', script, ...fields, url];
  const before = endedChildrenCpuSeconds();
  const env = paths === undefined ? process.env : { ...process.env, WRK_PATHS: paths };
  const { stdout } = await execute('wrk', args, { env });
  const cpuSeconds = endedChildrenCpuSeconds() - before;
  const line = /^RESULT (.*)$/m.exec(stdout)?.[1];
  if (line === undefined) throw new Error(`wrk did not report:\n${stdout}`);
  const { errors, microseconds, ...counted } = JSON.parse(line) as Record<string, number>;
  if (errors !== 0) throw new Error(`${errors} requests to ${url} failed:\n${stdout}`);
  return {
    ...(counted as Omit<WrkResult, 'seconds' | 'cpuSeconds'>),
    seconds: microseconds! / 1e6,
    cpuSeconds,
  };
}
