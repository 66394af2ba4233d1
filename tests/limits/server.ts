import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { limits } from '@ashlar/core';
import { loadConfig } from '@ashlar/registry';
import { httpRequest } from '@ashlar/registry/gateway/http';

import { limitUnread } from '../../packages/registry/src/gateway/unread-answers.ts';

import { tenant } from '../bicep/entra.ts';
import { codeThrown, type Probe } from './probe.ts';

async function load(text: string) {
  const cwd = await mkdtemp(join(tmpdir(), 'ashlar-limits-'));
  try {
    await writeFile(join(cwd, 'ashlar.yaml'), text);
    return await codeThrown(async () => await loadConfig({ flags: {}, env: {}, cwd, file: 'ashlar.yaml' }));
  } finally {
    await rm(cwd, { recursive: true });
  }
}

export const serverProbes = {
  configFile: async (size) => await load('logLevel: info\n'.padEnd(size, '#')),
  configAliases: async (count) => await load(fileWithRepeats(count)),
  presetToken: async (length) =>
    await codeThrown(
      async () =>
        await loadConfig({ flags: {}, env: { ASHLAR_ADMIN_TOKEN: 't'.repeat(length) }, cwd: tmpdir() }),
    ),
  fetchedAnswer: async (size) => {
    const server = createServer((_, response) => response.end(Buffer.alloc(size))).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const { body } = await httpRequest(`http://127.0.0.1:${port}`);
      return body.length === size ? undefined : 'cut';
    } catch {
      return 'closed';
    } finally {
      server.closeAllConnections();
      server.close();
    }
  },
  unreadAnswers: (size) => {
    let ended = 0;
    const unread = limitUnread(limits.unreadAnswers.value, () => (ended += 1));
    for (const writableLength of [size - 1, 1]) {
      const response = Object.assign(new EventEmitter(), { socket: { writableLength, destroy() {} } });
      unread.guard(response as unknown as ServerResponse);
      response.emit('prefinish');
    }
    return ended === 0 ? undefined : 'closed';
  },
} satisfies Readonly<Record<string, Probe>>;

/** Settings in which one part stands so many times: written once, named by aliases for the rest. */
function fileWithRepeats(count: number): string {
  const aliases = Array.from({ length: count - 1 }, () => '*a');
  return `
entra:
  tenants: [{ id: ${tenant} }]
  audiences: [${['&a https://vault.example', ...aliases].join(', ')}]
  rules: [{ tenant: ${tenant}, app: ${tenant}, scopes: ['read:*'] }]
`;
}
