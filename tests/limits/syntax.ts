import { parseBicep, parseHcl, type PastLimit } from '@ashlar/core';

import { createModuleReader } from '../../packages/registry/src/reading/module-reader.ts';
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
  readingTime: async (seconds) => {
    const script = threadOf(`
      port.on('message', () => {
        port.postMessage('begun');
        setTimeout(() => port.postMessage({ outcome: '' }), 300);
      });`);
    // A job that takes so many seconds is late when it has not got as many: told at once instead of waited for.
    const after = (milliseconds: number, act: () => void) => {
      if (seconds * 1000 > milliseconds) setImmediate(act);
      return () => {};
    };
    const reader = createModuleReader({ script, after });
    try {
      return await codeThrown(async () => await reader.schema(''));
    } finally {
      await reader.close();
    }
  },
  readingText: async (size) => {
    const script = threadOf(`
      port.on('message', () => port.postMessage({ outcome: '' }));`);
    const reader = createModuleReader({ script });
    const files = [
      { path: 'main.tf', bytes: Buffer.alloc(size - 1, '#') },
      { path: 'b.tf', bytes: Buffer.alloc(1, '#') },
    ];
    try {
      return await codeThrown(async () => await reader.read({ language: 'terraform', class: null, files }));
    } finally {
      await reader.close();
    }
  },
  readingMemory: async (bytes) => {
    const script = threadOf(`
      port.on('message', () => {
        port.postMessage('begun');
        setTimeout(() => port.postMessage({ outcome: '' }), 300);
      });`);
    const reader = createModuleReader({ script, heapOf: async () => bytes });
    try {
      return await codeThrown(async () => await reader.schema(''));
    } finally {
      await reader.close();
    }
  },
  visitorReadings: async (count) => {
    const reader = createModuleReader({ script: threadOf(`port.on('message', () => {});`) });
    try {
      const answers = Array.from({ length: count }, async () => await codeThrown(() => reader.schema('')));
      const silence = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 300));
      return await Promise.race([...answers, silence]);
    } finally {
      await reader.close();
    }
  },
  moduleModel: (length) => (packModel('x'.repeat(length)) === undefined ? 'cut' : undefined),
} satisfies Readonly<Record<string, Probe>>;

/** What happens when the texts do not pass. @throws when only some of them do */
function sameOf(passes: readonly boolean[], past: PastLimit): PastLimit | undefined {
  if (new Set(passes).size !== 1) throw new Error('the texts are judged differently');
  return passes[0] ? undefined : past;
}

/** A thread that runs in the place of the one that reads. */
function threadOf(text: string): URL {
  const script = `import { parentPort as port } from 'node:worker_threads'; ${text}`;
  return new URL(`data:text/javascript,${encodeURIComponent(script)}`);
}
