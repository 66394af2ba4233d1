import { parseBicep, parseHcl, type PastLimit } from '@ashlar/core';

import {
  createModuleReader,
  type Customer,
  type ModuleReader,
} from '../../packages/registry/src/reading/module-reader.ts';
import { packModel } from '../../packages/registry/src/reading/read-content.ts';
import { codeThrown, type Probe } from './probe.ts';

/** The problems that each parser tells of its text. */
const bicep = (text: string) => parseBicep(text).problems.length;
const hcl = (text: string) => parseHcl(text).problems.length;

export const syntaxProbes = {
  syntaxText: (length) =>
    sameOf(
      [bicep, hcl].map((problemsOf) => problemsOf(' '.repeat(length)) === 0),
      'problem',
    ),
  syntaxDepth: (depth) => {
    const nested = '['.repeat(depth) + ']'.repeat(depth);
    const tuple = '['.repeat(depth - 1) + '1' + ']'.repeat(depth - 1);
    const row = Array.from({ length: depth }, () => '1').join(' + ');
    const found = [
      bicep(`var x = ${nested}`),
      bicep(`type x = ${nested}`),
      bicep(`var x = a${'.b'.repeat(depth - 1)}`),
      hcl(`a = ${tuple}`),
      hcl(`a = ${row}`),
    ];
    return sameOf(
      found.map((count) => count === 0),
      'problem',
    );
  },
  syntaxProblems: (count) =>
    sameOf([bicep('x\n'.repeat(count)) === count, hcl('a = $\n'.repeat(count)) === count], 'cut'),
  readingTime: async (seconds) =>
    await withReader(
      { script: slow, timeOf: timeAfterwards(seconds * 1000) },
      async (reader) => await reader.compare('', '', publisher),
    ),
  visitorReadingTime: async (seconds) =>
    await withReader(
      { script: slow, timeOf: timeAfterwards(seconds * 1000) },
      async (reader) => await reader.schema('', visitor()),
    ),
  readingText: async (size) => {
    const files = [
      { path: 'main.tf', bytes: Buffer.alloc(size - 1, '#') },
      { path: 'b.tf', bytes: Buffer.alloc(1, '#') },
    ];
    return await withReader(
      { script: slow },
      async (reader) => await reader.read({ language: 'terraform', class: null, files }, publisher),
    );
  },
  readingMemory: async (bytes) =>
    await withReader(
      { script: slow, heapOf: async () => bytes },
      async (reader) => await reader.schema('', visitor()),
    ),
  visitorReadings: async (count) => await refusalAmong(count, (n) => visitor(`namespace${n % 5}`)),
  visitorReadingsOfNamespace: async (count) => await refusalAmong(count, () => visitor()),
  moduleModel: (length) => (packModel('x'.repeat(length)) === undefined ? 'cut' : undefined),
} satisfies Readonly<Record<string, Probe>>;

/** What happens when the texts do not pass. @throws when only some of them do */
function sameOf(passes: readonly boolean[], past: PastLimit): PastLimit | undefined {
  if (new Set(passes).size !== 1) throw new Error('the texts are judged differently');
  return passes[0] ? undefined : past;
}

const publisher: Customer = { kind: 'publisher', namespace: 'contoso' };
const visitor = (namespace = 'contoso'): Customer => ({ kind: 'visitor', namespace });

/** Threads that run in the place of the one that reads. */
const threadOf = (text: string) => {
  const script = `import { parentPort as port } from 'node:worker_threads'; ${text}`;
  return new URL(`data:text/javascript,${encodeURIComponent(script)}`);
};
const slow = threadOf(`
  port.on('message', () => {
    port.postMessage('begun');
    setTimeout(() => port.postMessage({ outcome: '' }), 300);
  });`);
const silent = threadOf(`port.on('message', () => {});`);

/** No time when the job begins, and so much from then on. */
function timeAfterwards(milliseconds: number): () => Promise<number> {
  let asked = 0;
  return async () => (asked++ === 0 ? 0 : milliseconds);
}

/** What it is refused with, if it is. */
async function withReader(
  options: Parameters<typeof createModuleReader>[0],
  ask: (reader: ModuleReader) => Promise<unknown>,
): Promise<PastLimit | undefined> {
  const reader = createModuleReader(options);
  try {
    return await codeThrown(async () => await ask(reader));
  } finally {
    await reader.close();
  }
}

/** Whether one of so many, none of which is ever answered, is refused at once. */
async function refusalAmong(
  count: number,
  customerOf: (n: number) => Customer,
): Promise<PastLimit | undefined> {
  const reader = createModuleReader({ script: silent });
  try {
    const answers = Array.from(
      { length: count },
      async (_, n) => await codeThrown(() => reader.schema('', customerOf(n))),
    );
    const silence = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 300));
    return await Promise.race([...answers, silence]);
  } finally {
    await reader.close();
  }
}
