import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

import { run } from '../../support/run.ts';

/** What a program did to the files of one folder, in order, and what it said meanwhile. */
export type Event =
  | { readonly kind: 'create' | 'unlink' | 'sync'; readonly name: string }
  | { readonly kind: 'write'; readonly name: string; readonly position: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly name: string; readonly size: number }
  | { readonly kind: 'syncFolder' }
  | { readonly kind: 'acknowledge'; readonly name: string };

const calls = 'openat,pwrite64,fdatasync,fsync,ftruncate,unlink,write';

/** Records with strace what `database-writer.ts` does to its folder. */
export async function recordDatabase(strace: string, count: number): Promise<Event[]> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-record-'));
  try {
    const data = join(folder, 'data');
    await (await import('node:fs/promises')).mkdir(data);
    const log = join(folder, 'log');
    const writer = join(import.meta.dirname, 'database-writer.ts');
    const program = [process.execPath, writer, join(data, 'metadata.db'), String(count)];
    // -xx: every string in hexadecimal, paths too; -s: whole pages.
    const options = [
      '-f',
      '--seccomp-bpf',
      '-qq',
      '-y',
      '-xx',
      '-s',
      '70000',
      '-e',
      `trace=${calls}`,
      '-o',
      log,
    ];
    const result = await run(strace, [...options, ...program], { timeout: 100_000 });
    if (result.exitCode !== 0) throw new Error(`the recording failed: ${result.stderr}`);
    return readEvents(await readFile(log, 'latin1'), data);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Calls in the order in which they began; one that another thread interrupted is put together again. */
function* wholeLines(log: string): Generator<string> {
  const begun = new Map<string, string>();
  for (const line of log.split('\n')) {
    const [, thread = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    if (rest.endsWith('<unfinished ...>')) begun.set(thread, rest.slice(0, -'<unfinished ...>'.length));
    else if (rest.startsWith('<... '))
      yield (begun.get(thread) ?? '') + rest.slice(rest.indexOf('resumed>') + 'resumed>'.length);
    else yield rest;
  }
}

function readEvents(log: string, data: string): Event[] {
  const events: Event[] = [];
  for (const line of wholeLines(log)) {
    const [, call = '', parameters = '', result = ''] = /^(\w+)\((.*)\)\s+= (-?\d+)/.exec(line) ?? [];
    if (call === '' || result.startsWith('-')) continue;
    const event = eventOf(call, parameters, data);
    if (event !== undefined) events.push(event);
  }
  return events;
}

function eventOf(call: string, parameters: string, data: string): Event | undefined {
  const strings = [...parameters.matchAll(/["<]((?:\\x[0-9a-f]{2})*)[">]/g)].map(([, text]) =>
    unescape(text!),
  );
  const numbers = [...parameters.replaceAll(/["<].*?[">]/g, '').matchAll(/-?\d+/g)].map(Number);
  const path = strings.map(String).find((text) => text.startsWith(data)) ?? '';
  const name = basename(path);
  if (call === 'write') {
    const said = /^ACK (\w+)\n$/.exec(String(strings.at(-1)));
    return said ? { kind: 'acknowledge', name: said[1]! } : undefined;
  }
  if (path === data) return call === 'fsync' || call === 'fdatasync' ? { kind: 'syncFolder' } : undefined;
  // The index of the log lives in shared memory and is made anew after a crash.
  if (dirname(path) !== data || name.endsWith('-shm')) return undefined;
  switch (call) {
    case 'openat':
      return parameters.includes('O_CREAT') ? { kind: 'create', name } : undefined;
    case 'pwrite64':
      return { kind: 'write', name, position: numbers.at(-1)!, bytes: strings.at(-1)! };
    case 'ftruncate':
      return { kind: 'truncate', name, size: numbers.at(-1)! };
    case 'unlink':
      return { kind: 'unlink', name };
    default:
      return { kind: 'sync', name };
  }
}

function unescape(text: string): Buffer {
  return Buffer.from(text.replaceAll('\\x', ''), 'hex');
}
