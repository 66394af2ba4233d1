import type { Worker } from 'node:worker_threads';

import { limits } from '@ashlar/core';
import { afterEach, describe, expect, it } from 'vitest';

import { createModuleReader, type Customer, type ModuleReader } from './module-reader.ts';
import { packText, unpackTextSync } from './packed-text.ts';
import type { ModuleContent } from './reader-protocol.ts';

let reader: ModuleReader | undefined;
afterEach(async () => await reader?.close());

const publisher: Customer = { kind: 'publisher', namespace: 'contoso' };
const visitor: Customer = { kind: 'visitor', namespace: 'contoso' };

function terraform(files: Readonly<Record<string, string>>): ModuleContent {
  const list = Object.entries(files).map(([path, text]) => ({ path, bytes: Buffer.from(text) }));
  return { language: 'terraform', class: null, files: list };
}

/** A thread that runs in the place of the one that reads. */
function threadOf(text: string): URL {
  const script = `import { parentPort as port } from 'node:worker_threads'; ${text}`;
  return new URL(`data:text/javascript,${encodeURIComponent(script)}`);
}

/** Takes its time for what is called slow, and more for what is slower. */
const slowThread = threadOf(`
  port.on('message', ({ input }) => {
    port.postMessage('begun');
    setTimeout(() => port.postMessage({ outcome: '' }), { slow: 300, slower: 900 }[input.before] ?? 0);
  });`);

function asking(of: ModuleReader) {
  const done: string[] = [];
  const ask = async (name: string, customer: Customer) => {
    await of.compare(name, '', customer);
    done.push(name);
  };
  return { done, ask };
}

const tooComplex = (reason: string) => ({ code: 'ASH-MODULE-TOO-COMPLEX', params: { reason } });

describe('the reader of modules', () => {
  it('reads, compares, and tells problems', async () => {
    reader = createModuleReader();
    const [old, now, broken] = await Promise.all([
      reader.read(terraform({ 'main.tf': 'variable "a" {}' }), publisher),
      reader.read(terraform({ 'main.tf': '', 'modules/x/README.md': '# X' }), publisher),
      reader.read(terraform({ 'main.tf': 'variable "a" {' }), publisher),
    ]);
    const comparison = await reader.compare(old.model!, now.model!, publisher);

    expect(JSON.parse(unpackTextSync(old.model!))).toMatchObject({
      model: 1,
      interface: { inputs: [{ name: 'a', required: true }] },
    });
    expect(JSON.parse(unpackTextSync(now.readmes!))).toEqual({ 'modules/x': '# X' });
    expect(broken.problems).toEqual([
      { message: expect.any(String), at: { file: 'main.tf', line: 1, column: expect.any(Number) } },
    ]);
    expect(comparison).toMatchObject({ gravest: 'breaking', first: [expect.stringContaining('a')] });
    expect(JSON.parse(unpackTextSync(comparison.changes))).toMatchObject([{ rule: 'input-removed' }]);
  });

  it('leaves the bytes where they are', async () => {
    reader = createModuleReader();
    const content = terraform({ 'main.tf': '# here' });
    await reader.read(content, publisher);

    expect(content).toEqual(terraform({ 'main.tf': '# here' }));
  });

  it.each([
    ['takes too long', `while (true);`, 'it takes more than 10 seconds'],
    ['ends', `process.exit(0);`, 'the thread that read it has ended'],
    ['throws', `throw new Error('broken');`, 'the thread that read it has ended'],
    [
      'takes too much memory',
      `for (const a = []; ; ) a.push({ a: [a.length] });`,
      'it takes too much memory',
    ],
  ])('goes on after a thread that %s', { timeout: 60_000 }, async (_, text, reason) => {
    const script = threadOf(`
      port.on('message', ({ name }) => {
        port.postMessage('begun');
        if (name === 'schema') return port.postMessage({ outcome: 'fine' });
        ${text}
      });`);
    // Five seconds of processor time for each.
    const timeOf = async (worker: Worker) => (await worker.cpuUsage()).user / 200;
    reader = createModuleReader({ script, idle: 60_000, ...(reason.includes('seconds') ? { timeOf } : {}) });
    const broken = reader.compare('', '', publisher).catch((error: unknown) => error);

    // Beside it, and behind it.
    expect(await reader.schema('', visitor)).toBe('fine');
    expect(await broken).toMatchObject(tooComplex(reason));
    expect(
      await Promise.all([reader.schema('', visitor), reader.schema('', visitor), reader.schema('', visitor)]),
    ).toEqual(['fine', 'fine', 'fine']);
  });

  it('says that what is nested without end is too complex', async () => {
    reader = createModuleReader();
    const depth = 200_000;
    const type = `${'{"kind":"array","element":'.repeat(depth)}"int"${'}'.repeat(depth)}`;
    const model = `{"interface":{"types":[],"inputs":[{"name":"a","required":true,"type":${type}}]}}`;

    await expect(reader.schema(packText(model), visitor)).rejects.toMatchObject(
      tooComplex('it is nested too deep, or too large'),
    );
  });

  it('says that what cannot be unpacked again is too complex', () => {
    expect(() => packText('x'.repeat(64 * limits.moduleModel.value + 1))).toThrow(
      expect.objectContaining({ code: 'ASH-MODULE-TOO-COMPLEX' }),
    );
  });

  it('lets publishers go first, and always leaves them a thread', async () => {
    reader = createModuleReader({ script: slowThread });
    const { done, ask } = asking(reader);
    await Promise.all([
      ask('slow', visitor),
      ask('visitor', visitor),
      ask('slower', publisher),
      ask('publisher', publisher),
    ]);

    expect(done.indexOf('publisher')).toBeLessThan(done.indexOf('visitor'));
    await Promise.all([ask('slow', visitor), ask('slow', visitor), ask('beside', publisher)]);
    expect(done.slice(4)).toEqual(['beside', 'slow', 'slow']);
  });

  it('lets namespaces take turns, and drops what nobody waits for any more', async () => {
    reader = createModuleReader({ script: slowThread });
    const { done, ask } = asking(reader);
    // Its threads take their time to start.
    await Promise.all([ask('slow', publisher), ask('slow', publisher)]);
    const gone = reader.compare('', '', { ...publisher, isWanted: () => false }).catch(({ code }) => code);
    await Promise.all([
      ...Array.from({ length: 6 }, async () => await ask('slow', publisher)),
      ask('other', { kind: 'publisher', namespace: 'fabrikam' }),
    ]);

    expect(await gone).toBe('ASH-OVERLOADED');
    // After the two that were begun before it came.
    expect(done.slice(2, 5)).toContain('other');
  });

  it('reports what is broken in itself as it is', async () => {
    const script = threadOf(`port.on('message', () => port.postMessage({ unknown: 'a stack' }));`);
    reader = createModuleReader({ script });

    await expect(reader.schema('', visitor)).rejects.toThrow('a stack');
  });

  it('has no thread when there was nothing to do for a while', async () => {
    const script = threadOf(`
      import { threadId } from 'node:worker_threads';
      port.on('message', () => port.postMessage({ outcome: threadId }));`);
    reader = createModuleReader({ script, idle: 0 });
    const first = await reader.schema('', visitor);
    await new Promise((resolve) => setTimeout(resolve, 50));

    expect(await reader.schema('', visitor)).not.toBe(first);
  });
});
