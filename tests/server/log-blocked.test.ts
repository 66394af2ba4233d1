import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { Agent, get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { freePort } from '../support/free-port.ts';
import { testEnvironment } from '../support/run.ts';

const bin = resolve(import.meta.dirname, '../../packages/cli/bin/ashlar.js');
/** Milliseconds; the promise is 100, and a busy machine may need more for reasons of its own. */
const patience = 1_000;

let folder: string;
let url: string;
let agent: Agent;
const children: ChildProcess[] = [];
const mounts: string[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ashlar-log-'));
  url = `http://127.0.0.1:${await freePort()}`;
  agent = new Agent({ keepAlive: true, maxSockets: 8 });
});
afterEach(async () => {
  agent.destroy();
  for (const child of children.splice(0)) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  }
  for (const mount of mounts.splice(0)) spawnSync('umount', [mount]);
  await rm(folder, { recursive: true, force: true });
});

/** Starts the server with `stdout` as its standard output. */
async function serve(stdout: 'pipe' | number): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    [bin, 'serve', '--data', join(folder, 'data'), '--listen', new URL(url).host, '--listen-tls', 'off'],
    { env: testEnvironment(), stdio: ['ignore', stdout, 'pipe'] },
  );
  children.push(child);
  for await (const chunk of child.stderr! as AsyncIterable<Buffer>) {
    if (chunk.includes('serves')) break;
  }
  return child;
}

/** Asks for something that is logged with a long line; returns the milliseconds until it was answered. */
async function ask(): Promise<number> {
  const begin = performance.now();
  const headers = { 'user-agent': 'x'.repeat(8_000) };
  const [response] = (await once(get(`${url}/nothing`, { agent, headers }), 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  return performance.now() - begin;
}

/** Logs about 8 MB, which is more than pipe and queue hold; returns the longest time that a request took. */
async function logMuch(): Promise<number> {
  const worker = async () => {
    let longest = 0;
    for (let index = 0; index < 125; index++) longest = Math.max(longest, await ask());
    return longest;
  };
  return Math.max(...(await Promise.all(Array.from({ length: 8 }, worker))));
}

async function dropped(): Promise<number> {
  const response = await fetch(`${url}/metrics`);
  return Number(/^ashlar_log_lines_dropped_total (\d+)$/m.exec(await response.text())?.[1]);
}

/** Node gives children sockets; shells give them pipes. Both ends of this one are ours, and nobody reads it. */
function makePipe(): number {
  const path = join(folder, 'pipe');
  expect(spawnSync('mkfifo', [path]).status).toBe(0);
  return openSync(path, constants.O_RDWR);
}

it.each<[string, () => 'pipe' | number]>([
  ['socket', () => 'pipe'],
  ['pipe', makePipe],
])(
  'requests go on while nobody reads the %s with the log, and so does the end',
  async (_, standardOutput) => {
    const server = await serve(standardOutput());

    expect(await logMuch()).toBeLessThan(patience);
    expect(await dropped()).toBeGreaterThan(100);

    const begin = performance.now();
    server.kill('SIGTERM');
    await once(server, 'exit');
    expect(performance.now() - begin).toBeLessThan(8_000);
    expect([server.exitCode, server.signalCode]).toEqual([0, null]);
  },
);

it('a reader that comes back finds whole lines', async () => {
  const server = await serve('pipe');
  await logMuch();

  let read = '';
  server.stdout!.setEncoding('utf8').on('data', (text: string) => (read += text));
  await expect.poll(() => read.length, { timeout: 10_000 }).toBeGreaterThan(4_000_000);
  await sleep(200);
  await ask();
  await expect.poll(() => read.endsWith('\n'), { timeout: 5_000 }).toBe(true);

  const lines = read.trimEnd().split('\n');
  expect(lines.every((line) => (JSON.parse(line) as { time?: string }).time !== undefined)).toBe(true);
});

const mayMount = process.platform === 'linux' && process.getuid?.() === 0;

it.skipIf(!mayMount)(
  `a full log disk does not end the server${mayMount ? '' : ' (skipped: mounting a small disk needs root)'}`,
  async () => {
    const disk = join(folder, 'log');
    await mkdir(disk);
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'none', disk]);
    expect(status, 'a tmpfs can be mounted').toBe(0);
    mounts.push(disk);
    const file = openSync(join(disk, 'log'), 'a');
    await serve(file);
    closeSync(file);

    expect(await logMuch()).toBeLessThan(patience);
    await expect.poll(dropped, { timeout: 10_000 }).toBeGreaterThan(0);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect((await readFile(join(disk, 'log'))).length).toBeGreaterThan(200_000);
  },
);
