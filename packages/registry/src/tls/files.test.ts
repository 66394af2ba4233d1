import { generateKeyPairSync } from 'node:crypto';

import { AshlarError } from '@ashlar/core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { chmod, mkdtemp, rm, writeFile } from '../gateway/file-system.ts';
import { loadTlsFiles } from './files.ts';
import { ensureLocalCa } from './local-ca.ts';

const day = 24 * 60 * 60 * 1000;
const start = Date.UTC(2026, 0, 1, 12);
const names = { cert: '--tls-cert', key: 'ASHLAR_TLS_KEY' };

let folder: string;
let pair: { cert: string; key: string };
beforeAll(async () => {
  folder = await mkdtemp('/tmp/ashlar-tls-');
  pair = await ensureLocalCa(folder, { hosts: [], clock: { now: () => start } });
  const ed25519 = generateKeyPairSync('ed25519').privateKey;
  await writeFile(`${folder}/other-key.pem`, ed25519.export({ type: 'pkcs8', format: 'pem' }));
  const cipher = { cipher: 'aes-256-cbc', passphrase: 'x' } as const;
  await writeFile(`${folder}/locked-key.pem`, ed25519.export({ type: 'pkcs8', format: 'pem', ...cipher }));
  await writeFile(`${folder}/text`, 'no PEM');
  await writeFile(`${folder}/torn.pem`, pair.cert.slice(0, 200));
  await writeFile(`${folder}/closed.pem`, pair.cert);
  await chmod(`${folder}/closed.pem`, 0);
});
afterAll(() => rm(folder, { recursive: true }));

const load = (cert: string, key: string, daysLater = 0) =>
  loadTlsFiles(`${folder}/${cert}`, `${folder}/${key}`, {
    names,
    clock: { now: () => start + daysLater * day },
  });

test('a certificate and its key', async () => {
  expect(await load('server.pem', 'server-key.pem')).toEqual({ cert: pair.cert, key: pair.key });
});

const certFix = 'Name a file with the certificate of the server in PEM, followed by its chain.';
const keyFix = 'Name a file with the private key of the certificate in PEM, without passphrase.';
const pairFix =
  'Name the key that the certificate was issued for; the certificate of the server comes first in its file.';

test.each<[string, string, number, string]>([
  ['none.pem', 'server-key.pem', 0, `--tls-cert: the file <folder>/none.pem does not exist. ${certFix}`],
  ['server.pem', 'none.pem', 0, `ASHLAR_TLS_KEY: the file <folder>/none.pem does not exist. ${keyFix}`],
  ['.', 'server-key.pem', 0, `--tls-cert: the file <folder>/. is a folder. ${certFix}`],
  ['text', 'server-key.pem', 0, `--tls-cert: <folder>/text holds no certificate in PEM. ${certFix}`],
  ['torn.pem', 'server-key.pem', 0, `--tls-cert: <folder>/torn.pem holds no certificate in PEM. ${certFix}`],
  [
    'server-key.pem',
    'server.pem',
    0,
    `--tls-cert: <folder>/server-key.pem holds no certificate in PEM. ${certFix}`,
  ],
  ['server.pem', 'text', 0, `ASHLAR_TLS_KEY: <folder>/text holds no private key in PEM. ${keyFix}`],
  [
    'server.pem',
    'server.pem',
    0,
    `ASHLAR_TLS_KEY: <folder>/server.pem holds no private key in PEM. ${keyFix}`,
  ],
  [
    'server.pem',
    'locked-key.pem',
    0,
    `ASHLAR_TLS_KEY: <folder>/locked-key.pem is protected by a passphrase. ${keyFix}`,
  ],
  ...['ca-key.pem', 'other-key.pem'].map((key): [string, string, number, string] => [
    'server.pem',
    key,
    0,
    `ASHLAR_TLS_KEY: <folder>/${key} does not belong to the certificate in <folder>/server.pem. ${pairFix}`,
  ]),
  [
    'server.pem',
    'server-key.pem',
    390,
    '--tls-cert: the certificate in <folder>/server.pem expired on 2027-01-26. Renew it.',
  ],
  [
    'server.pem',
    'server-key.pem',
    -1,
    '--tls-cert: the certificate in <folder>/server.pem is not valid before 2026-01-01. Correct the clock of this machine, or use another certificate.',
  ],
])('%s and %s, %i days later', async (cert, key, daysLater, message) => {
  const error: unknown = await load(cert, key, daysLater).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(AshlarError);
  expect(error).toMatchObject({ code: 'ASH-CONFIG', exit: 2 });
  expect(String((error as AshlarError).message).replaceAll(folder, '<folder>')).toBe(message);
});

const isRoot = process.getuid?.() === 0;
if (isRoot) console.warn('skipped: root may read every file');
test.skipIf(isRoot)('a file that may not be read', async () => {
  await expect(load('closed.pem', 'server-key.pem')).rejects.toThrow(
    'closed.pem may not be read by this user',
  );
});

test('names the settings when nobody says how they were written', async () => {
  await expect(loadTlsFiles('/none', '/none')).rejects.toThrow('tlsCert: the file /none does not exist.');
});
