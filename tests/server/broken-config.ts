import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ensureLocalCa } from '@ashlar/registry/tls';

const day = 86_400_000;

/** Makes the files that the configurations name. */
export async function prepareConfigs(folder: string): Promise<void> {
  const issue = async (name: string, now: number) =>
    await ensureLocalCa(join(folder, name), { hosts: ['localhost'], clock: { now: () => now } });
  await Promise.all([
    issue('good', Date.now()),
    issue('other', Date.now()),
    issue('old', Date.now() - 800 * day),
    issue('early', Date.now() + 30 * day),
  ]);
  await writeFile(join(folder, 'a-file'), 'text');
  await writeFile(
    join(folder, 'locked.pem'),
    '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE KEY-----\n',
  );
  await mkdir(join(folder, 'foreign'));
  await writeFile(join(folder, 'foreign/thesis.txt'), '');
  await mkdir(join(folder, 'newer'));
  await writeFile(join(folder, 'newer/format'), '999\n');
  await writeFile(join(folder, 'broken.yaml'), 'listen: [\n');
  await writeFile(join(folder, 'unknown.yaml'), 'lisen: off\n');
}

export interface Broken {
  readonly args?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly exit?: number;
}

const tls = (cert: string, key: string) => `--tls-cert ${cert} --tls-key ${key}`;

/** What is wrong, and what the one line must say: what it is about, the cause, the fix. Names are in a folder. */
export const brokenConfigs: readonly (readonly [name: string, broken: Broken, line: RegExp])[] = [
  [
    'an address without host',
    { args: '--listen 8484' },
    /^--listen: "8484" is not an address.* Write HOST:PORT/,
  ],
  [
    'no listener',
    { args: '--listen off --listen-tls off' },
    /^--listen: http and https are both off\. Set listen/,
  ],
  ['an unknown variable', { env: { ASHLAR_LISTN: 'off' } }, /^ASHLAR_LISTN: .*Did you mean ASHLAR_LISTEN\?/],
  ['an unknown key', { args: '--config unknown.yaml' }, /^unknown\.yaml: lisen: .*Did you mean listen\?/],
  [
    'a file that is no YAML',
    { args: '--config broken.yaml' },
    /^broken\.yaml: the file is not valid YAML.*Correct/,
  ],
  [
    'a missing file',
    { env: { ASHLAR_CONFIG: 'no.yaml' } },
    /^ASHLAR_CONFIG: .*does not exist\. Name a YAML file/,
  ],
  [
    'a short secret',
    { env: { ASHLAR_ADMIN_TOKEN: 'short' } },
    /^ASHLAR_ADMIN_TOKEN: the value.*openssl rand/,
  ],
  [
    'half of TLS',
    { args: '--tls-cert good/server.pem' },
    /^--tls-cert: the private key.*missing\. Set tlsKey/,
  ],
  [
    'Entra ID without rules',
    { env: { ASHLAR_ENTRA: '{"tenants":[]}' } },
    /^ASHLAR_ENTRA: .*\n?.*Add an entry/,
  ],
  [
    'a missing certificate',
    { args: tls('no.pem', 'good/server-key.pem') },
    /^--tls-cert: the file \S+no\.pem does not exist\. Name a file with the certificate/,
  ],
  [
    'a key of another certificate',
    { args: tls('good/server.pem', 'other/server-key.pem') },
    /^--tls-key: \S+ does not belong to the certificate in \S+\. Name the key/,
  ],
  [
    'a key with a passphrase',
    { args: tls('good/server.pem', 'locked.pem') },
    /^--tls-key: \S+ is protected by a passphrase\. Name a file with the private key/,
  ],
  [
    'a certificate as key',
    { args: tls('good/server.pem', 'good/server.pem') },
    /^--tls-key: \S+ holds no private key in PEM\. Name a file/,
  ],
  [
    'an expired certificate',
    { args: tls('old/server.pem', 'old/server-key.pem') },
    /^--tls-cert: the certificate in \S+ expired on \d{4}-\d\d-\d\d\. Renew it\./,
  ],
  [
    'a certificate of the future, or a clock that is late',
    { args: tls('early/server.pem', 'early/server-key.pem') },
    /^--tls-cert: the certificate in \S+ is not valid before \S+\. Correct the clock/,
  ],
  [
    'examples that are not there',
    { args: '--examples none' },
    /^--examples: \S+none does not exist\. Name a folder/,
  ],
  ['a file as data folder', { args: '--data a-file' }, /^--data: \S+a-file is not a folder\. Name a folder/],
  [
    'a data folder without parent',
    { args: '--data no/data' },
    /^data: \S+no\/data cannot be made because.*Name an/,
  ],
  [
    'a folder of somebody else',
    { args: '--data foreign' },
    /^data: \S+foreign is not a data folder.*"thesis\.txt".*Name/,
  ],
  [
    'a newer data folder',
    { args: '--data newer', exit: 1 },
    /^\S+newer has the format 999.*Use a newer ashlar/,
  ],
  [
    'an address that this machine has not',
    { args: '--listen 192.0.2.1:80 --listen-tls off', exit: 1 },
    /^Cannot listen on 192\.0\.2\.1:80: this machine has no such address\. Choose another address/,
  ],
];
