import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';

import { ashlarError, catalogue, type ErrorCode } from '@ashlar/core';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { tarBytes, zipBytes } from '../../packages/registry/src/intake/hostile-archive.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { noTraces, putVersion, traces, types } from './put-version.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => await server.stop());

const repository = 'terraform/contoso/hostile/azurerm';
const main = { name: 'main.tf', text: '# fine\n' };

interface Case {
  readonly code: ErrorCode;
  readonly params: object;
  readonly body: () => Buffer;
  readonly type?: string;
  readonly repository?: string;
}

const cases: readonly Case[] = [
  {
    code: 'ASH-ARCHIVE-FORMAT',
    params: { reason: 'it is neither zip nor tar' },
    body: () => Buffer.from('<html>not found</html>'),
  },
  { code: 'ASH-ARCHIVE-FORMAT', params: { reason: 'it is empty' }, body: () => Buffer.alloc(0) },
  { code: 'ASH-ARCHIVE-EMPTY', params: {}, body: () => zipBytes([]) },
  {
    code: 'ASH-ARCHIVE-PATH',
    params: { path: '../main.tf', reason: expect.any(String) },
    body: () => zipBytes([main, { name: '../main.tf' }]),
  },
  {
    code: 'ASH-ARCHIVE-PATH',
    params: { path: '/etc/passwd', reason: expect.any(String) },
    body: () => gzipSync(tarBytes([main, { name: '/etc/passwd' }])),
    type: types.tar,
  },
  {
    code: 'ASH-ARCHIVE-LINK',
    params: { path: 'link.tf' },
    body: () => zipBytes([main, { name: 'link.tf', text: '/etc/passwd', mode: 0o120777 }]),
  },
  {
    code: 'ASH-ARCHIVE-LINK',
    params: { path: 'link.tf' },
    body: () => gzipSync(tarBytes([main, { name: 'link.tf', type: '2', link: '/etc/passwd' }])),
    type: types.tar,
  },
  {
    code: 'ASH-ARCHIVE-SPECIAL',
    params: { path: 'pipe', type: expect.any(String) },
    body: () => gzipSync(tarBytes([main, { name: 'pipe', type: '6' }])),
    type: types.tar,
  },
  {
    code: 'ASH-ARCHIVE-DUPLICATE',
    params: { path: 'MAIN.tf', first: 'main.tf' },
    body: () => zipBytes([main, { ...main, name: 'MAIN.tf' }]),
  },
  {
    code: 'ASH-ARCHIVE-ENCRYPTED',
    params: { path: 'main.tf' },
    body: () => zipBytes([{ ...main, fields: { flags: 0x0801 } }]),
  },
  {
    code: 'ASH-ARCHIVE-SIZE',
    params: { limit: 20_000_000 },
    body: () => zipBytes([main], { trailing: Buffer.alloc(20_000_000) }),
  },
  {
    code: 'ASH-ARCHIVE-UNPACKED-SIZE',
    params: { limit: 100_000_000 },
    body: () =>
      zipBytes([
        main,
        { name: 'random', text: randomBytes(1_600_000).toString('base64'), stored: true },
        { name: 'zeros', text: '0'.repeat(99_000_000) },
      ]),
  },
  {
    code: 'ASH-ARCHIVE-RATIO',
    params: { limit: 50 },
    body: () => zipBytes([main, { name: 'zeros', text: '0'.repeat(9_000_000) }]),
  },
  {
    code: 'ASH-ARCHIVE-ENTRIES',
    params: { limit: 5000 },
    body: () => zipBytes([main, ...Array.from({ length: 5000 }, (_, i) => ({ name: `${i}.txt` }))]),
  },
  {
    code: 'ASH-ARCHIVE-DEPTH',
    params: { path: expect.any(String), limit: 32 },
    body: () => zipBytes([main, { name: `${'a/'.repeat(33)}b` }]),
  },
  {
    code: 'ASH-ARCHIVE-NAME-LENGTH',
    params: { path: expect.any(String), limit: 255 },
    body: () => zipBytes([main, { name: 'a'.repeat(256) }]),
  },
  {
    code: 'ASH-ARCHIVE-NO-MODULE',
    params: { expected: expect.any(String) },
    body: () => zipBytes([{ ...main, name: 'module/main.tf' }]),
  },
  {
    code: 'ASH-ARCHIVE-NO-MODULE',
    params: { expected: 'main.json, the compiled template,' },
    body: () => zipBytes([{ name: 'main.bicep', text: '' }]),
    repository: 'bicep/contoso/res/hostile',
  },
];

it.each(cases)('$code reaches the client and leaves nothing behind', async (each) => {
  const name = each.repository ?? repository;
  const { status, body } = await putVersion(server, {
    ref: `${name}@1.0.0`,
    body: each.body(),
    type: each.type ?? types.zip,
  });

  expect({ status, body }).toEqual({
    status: catalogue[each.code].status,
    body: { code: each.code, message: sentenceOf(each), requestId: expect.any(String) },
  });
  expect(await traces(server, name)).toEqual(noTraces);
});

/** The sentence of the catalogue; what the table leaves open may be any text. */
function sentenceOf({ code, params }: Case) {
  const open = '\u0000';
  const filled = Object.fromEntries(
    Object.entries(params).map(([key, value]) => [
      key,
      typeof value === 'object' ? open : (value as unknown),
    ]),
  );
  const parts = ashlarError(code, filled as never).message.split(open);
  return expect.stringMatching(
    new RegExp(`^${parts.map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&')).join('.+')}$`, 's'),
  );
}

it('has a case for every code', () => {
  const known = Object.keys(catalogue).filter((code) => code.startsWith('ASH-ARCHIVE-'));
  expect([...new Set(cases.map(({ code }) => code))].toSorted()).toEqual(known.toSorted());
});
