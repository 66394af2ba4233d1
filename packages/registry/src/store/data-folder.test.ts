import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { AshlarError } from '@ashlar/core';

import { openDataFolder } from './data-folder.ts';

const fix = 'Name an empty folder, a new one, or one that ashlar made, with --data or ASHLAR_DATA.';

let parent: string;
let data: string;
const children = new Set<ChildProcess>();

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'ashlar-data-'));
  data = join(parent, 'data');
});

afterEach(async () => {
  // Also after a failed expectation: a process that stays keeps the whole run waiting.
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  await rm(parent, { recursive: true, force: true });
});

describe('openDataFolder', () => {
  it('makes a folder that only its owner can enter', async () => {
    const folder = await openDataFolder(data);
    const modes = {
      data: (await stat(data)).mode & 0o777,
      lock: (await stat(join(data, 'lock'))).mode & 0o777,
      format: (await stat(join(data, 'format'))).mode & 0o777,
    };

    expect({ ...folder, close: undefined }).toEqual({
      path: data,
      database: join(data, 'metadata.db'),
      mirror: join(data, 'metadata-mirror.db'),
      blobs: join(data, 'blobs'),
      tls: join(data, 'tls'),
      adminToken: join(data, 'admin-token'),
      close: undefined,
    });
    expect(modes).toEqual({ data: 0o700, lock: 0o600, format: 0o600 });
    expect((await readdir(data)).toSorted()).toEqual(['format', 'lock']);
    expect(await readFile(join(data, 'format'), 'utf8')).toBe('1\n');
    folder.close();
  });

  it('opens again what it made, also with content', async () => {
    (await openDataFolder(data)).close();
    await writeFile(join(data, 'metadata.db'), '');

    const folder = await openDataFolder(data);
    folder.close();
    folder.close();

    expect((await readdir(data)).toSorted()).toEqual(['format', 'lock', 'metadata.db']);
  });

  it.each([
    ['is empty', []],
    ['is a fresh volume', ['lost+found']],
    ['is what a first start that was killed left behind', ['lock', 'format.new']],
  ])('takes a folder that %s', async (_, names) => {
    await mkdir(data);
    for (const name of names) await writeFile(join(data, name), '');

    (await openDataFolder(data)).close();

    expect(await readFile(join(data, 'format'), 'utf8')).toBe('1\n');
  });

  it('refuses a folder of something else and leaves it as it is', async () => {
    await mkdir(data);
    await writeFile(join(data, 'thesis.doc'), 'words');

    expect(await failureOf(openDataFolder(data))).toEqual({
      code: 'ASH-CONFIG',
      params: {
        key: 'data',
        reason: `${data} is not a data folder of ashlar and not empty; it holds "thesis.doc"`,
        fix,
      },
    });
    expect(await readdir(data)).toEqual(['thesis.doc']);
  });

  it.each([
    ['newer', '2\n', '2'],
    ['older than the first', '0\n', '0'],
    ['text', 'blobs\n', String.raw`"blobs\n"`],
    ['empty', '', '""'],
    ['long', 'x'.repeat(100), `"${'x'.repeat(40)}"`],
  ])('refuses a format that is %s and touches nothing', async (_, text, found) => {
    await mkdir(data);
    await writeFile(join(data, 'format'), text);

    expect(await failureOf(openDataFolder(data))).toEqual({
      code: 'ASH-DATA-FORMAT',
      params: { path: data, found, known: 1 },
    });
    expect(await readdir(data)).toEqual(['format']);
  });

  it('refuses a format that cannot be read', async () => {
    await mkdir(join(data, 'format'), { recursive: true });

    expect(await failureOf(openDataFolder(data))).toEqual({
      code: 'ASH-DATA-FORMAT',
      params: { path: data, found: 'that cannot be read (EISDIR)', known: 1 },
    });
  });

  it('refuses a path whose parent does not exist', async () => {
    const path = join(parent, 'absent', 'data');

    expect(await failureOf(openDataFolder(path))).toEqual({
      code: 'ASH-CONFIG',
      params: {
        key: 'data',
        reason: `${path} cannot be made because the folder around it does not exist`,
        fix,
      },
    });
  });

  it.each([['file'], ['file/data']])('refuses %s where a folder should be', async (name) => {
    await writeFile(join(parent, 'file'), '');
    const path = join(parent, name);

    expect(await failureOf(openDataFolder(path))).toEqual({
      code: 'ASH-CONFIG',
      params: {
        key: 'data',
        reason: `${path} is not a folder, or lies in something that is not a folder`,
        fix,
      },
    });
  });

  it.each([
    ['parent', () => undefined],
    ['folder', () => mkdir(data, { mode: 0o755 })],
  ])('refuses a %s that may not be written', async (_, prepare) => {
    await prepare();
    await chmod(parent, 0o755);

    const failure = await asNobody(() => failureOf(openDataFolder(data)));

    expect(failure).toMatchObject({ code: 'ASH-CONFIG', params: { key: 'data', fix } });
  });

  it('refuses a lock file that is something else', async () => {
    (await openDataFolder(data)).close();
    await writeFile(join(data, 'lock'), 'x'.repeat(4096));

    expect(await failureOf(openDataFolder(data))).toEqual({
      code: 'ASH-CONFIG',
      params: {
        key: 'data',
        reason: `${join(data, 'lock')} cannot be locked: file is not a database`,
        fix,
      },
    });
  });
});

describe('the lock', () => {
  const locked = () => ({ code: 'ASH-DATA-LOCKED', params: { path: data } });

  it('keeps out this process until the folder is closed', async () => {
    const first = await openDataFolder(data);

    expect(await failureOf(openDataFolder(data))).toEqual(locked());
    first.close();
    (await openDataFolder(data)).close();
  });

  it('keeps out another thread, which does not release it by failing', async () => {
    const first = await openDataFolder(data);

    expect(await openInThread(data)).toBe('ASH-DATA-LOCKED');
    expect(await openInThread(data)).toBe('ASH-DATA-LOCKED');
    first.close();
    expect(await openInThread(data)).toBe('open');
  });

  it('keeps out another process at once', async () => {
    const first = await openDataFolder(data);
    const other = await openInProcess(data);
    first.close();

    expect(other.answer).toBe('ASH-DATA-LOCKED');
    expect(other.milliseconds).toBeLessThan(1000);
  });

  it('stays when its holder forgets the folder and memory is collected', async () => {
    const other = await openInProcess(data, 'forget');

    expect(other.answer).toBe('open');
    expect(await failureOf(openDataFolder(data))).toEqual(locked());
  });

  it('is free after the process that held it was killed', async () => {
    for (let round = 0; round < 3; round++) {
      const other = await openInProcess(data);
      expect(other.answer).toBe('open');
      expect(await failureOf(openDataFolder(data))).toEqual(locked());

      await other.end('SIGKILL');

      (await openDataFolder(data)).close();
    }
  });

  it('is given to exactly one of many processes that make the folder together', async () => {
    const others = await Promise.all(Array.from({ length: 4 }, () => openInProcess(data)));
    const answers = others.map((other) => other.answer).toSorted();
    await Promise.all(others.map((other) => other.end('SIGKILL')));

    expect(answers).toEqual(['ASH-DATA-LOCKED', 'ASH-DATA-LOCKED', 'ASH-DATA-LOCKED', 'open']);
  });
});

/** Opens the folder, tells what came of it and stays for as long as the test does. */
const script = `
  import { openDataFolder } from ${JSON.stringify(import.meta.resolve('./data-folder.ts'))};
  const started = performance.now();
  const answer = await openDataFolder(process.argv[1]).then(() => 'open', (error) => error.code);
  if (process.argv[2] === 'forget') for (let round = 0; round < 5; round++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  console.log(JSON.stringify({ answer, milliseconds: performance.now() - started }));
  process.stdin.on('end', () => process.exit()).resume();
`;

interface Other {
  readonly answer: string;
  readonly milliseconds: number;
  readonly end: (signal: NodeJS.Signals) => Promise<void>;
}

async function openInProcess(path: string, ...more: string[]): Promise<Other> {
  const flags = ['--expose-gc', '--input-type=module', '--eval', script];
  const child = spawn(process.execPath, [...flags, path, ...more], { stdio: ['pipe', 'pipe', 'ignore'] });
  children.add(child);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const end = async (signal: NodeJS.Signals) => {
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };
  return { ...(JSON.parse(line.toString()) as Omit<Other, 'end'>), end };
}

async function openInThread(path: string): Promise<string> {
  const source = `
    import(${JSON.stringify(import.meta.resolve('./data-folder.ts'))}).then(async ({ openDataFolder }) => {
      const { parentPort, workerData } = require('node:worker_threads');
      const answer = await openDataFolder(workerData).then((folder) => (folder.close(), 'open'), (error) => error.code);
      parentPort.postMessage(answer);
    });
  `;
  const worker = new Worker(source, { eval: true, workerData: path });
  const [answer] = (await once(worker, 'message')) as [string];
  await worker.terminate();
  return answer;
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error instanceof AshlarError ? error.toData() : error;
  }
  return 'no failure';
}

/** Runs as a user who owns nothing here: root may write everywhere. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) {
    await chmod(parent, 0o555);
    return await work();
  }
  process.seteuid?.(65534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}
