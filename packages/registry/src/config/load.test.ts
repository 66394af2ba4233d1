import { inspect } from 'node:util';

import { AshlarError } from '@ashlar/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { mkdir, mkdtemp, rm, writeFile } from '../gateway/file-system.ts';
import { defaultExternalUrl, loadConfig, type Sources } from './load.ts';
import { Secret } from './secret.ts';

let cwd: string;
const file = 'ashlar.yaml';

beforeAll(async () => {
  cwd = await mkdtemp('/tmp/ashlar-config-');
  await mkdir(`${cwd}/examples`);
  await mkdir(`${cwd}/conf`);
  await writeFile(`${cwd}/a-file`, '');
});
afterAll(() => rm(cwd, { recursive: true }));

interface Given {
  readonly flags?: Sources['flags'];
  readonly env?: Sources['env'];
  readonly yaml?: string;
}

async function load({ flags = {}, env = {}, yaml }: Given) {
  if (yaml !== undefined) await writeFile(`${cwd}/${file}`, yaml);
  return await loadConfig({ flags, env, cwd, file: yaml === undefined ? undefined : file });
}

async function messageOf(given: Given): Promise<string> {
  const error: unknown = await load(given).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AshlarError)) throw new Error('the configuration was taken', { cause: error });
  expect(error).toMatchObject({ code: 'ASH-CONFIG', exit: 2 });
  return error.message.replaceAll(cwd, '<cwd>');
}

const tenant = '6f3c2b1a-0d4e-4c5f-8a9b-1c2d3e4f5a6b';
const object = '0a1b2c3d-0000-4000-8000-00000000000a';
const entra = (more: object) => ({
  env: {
    ASHLAR_ENTRA: JSON.stringify({
      tenants: [{ id: tenant }],
      rules: [{ tenant, object, scopes: ['read:*'] }],
      ...more,
    }),
  },
});
const rules = (rule: object) => entra({ rules: [rule] });

test('defaults', async () => {
  expect(await load({})).toEqual({
    warnings: [],
    config: {
      data: `${cwd}/ashlar-data`,
      listen: { host: '127.0.0.1', port: 8484 },
      listenTls: { host: '127.0.0.1', port: 8485 },
      externalUrl: 'http://127.0.0.1:8484',
      externalUrlTls: 'https://127.0.0.1:8485',
      tls: { mode: 'local' },
      adminToken: undefined,
      logLevel: 'info',
      artifacts: 'allow',
      maxBlobSize: 10 * 1024 ** 3,
      uploadTtl: 86_400,
      gcGrace: 86_400,
      gcInterval: 86_400,
      readOnly: false,
      tokenTtl: 300,
      refreshTokenTtl: 3600,
      archiveLinkTtl: 900,
      maxUploads: 100,
      rateLimit: 10_000,
      rateBurst: 50_000,
      signInLimit: 10,
      maxConnections: undefined,
      trustedProxies: [],
      shutdownGrace: 60,
      examples: undefined,
      entra: undefined,
    },
  });
});

test('flags win over the environment, the environment over the file, the file over defaults', async () => {
  const { config } = await load({
    flags: { logLevel: 'trace', config: 'ignored', unknown: 1 },
    env: { ASHLAR_LOG_LEVEL: 'debug', ASHLAR_TOKEN_TTL: '1m', ASHLAR_URL: 'x', ASHLAR_TOKEN: 'y', HOME: '/' },
    yaml: 'logLevel: fatal\ntokenTtl: 120\narchiveLinkTtl: 1h\nmaxBlobSize: 1.5 GiB',
  });
  expect(config).toMatchObject({
    logLevel: 'trace',
    tokenTtl: 60,
    archiveLinkTtl: 3600,
    maxBlobSize: 1.5 * 1024 ** 3,
    uploadTtl: 86_400,
  });
});

test('limits', async () => {
  const { config } = await load({
    flags: { maxUploads: '1', rateBurst: '1', trustedProxies: '127.0.0.1, ::1,10.0.0.0/8, fd00::/8' },
    env: { ASHLAR_RATE_LIMIT: 'off', ASHLAR_MAX_CONNECTIONS: '1000000' },
    yaml: 'signInLimit: 1000000',
  });
  expect(config).toMatchObject({
    maxUploads: 1,
    rateLimit: 'off',
    rateBurst: 1,
    signInLimit: 1_000_000,
    maxConnections: 1_000_000,
    trustedProxies: ['127.0.0.1', '::1', '10.0.0.0/8', 'fd00::/8'],
  });
});

test('an empty variable counts as not set', async () => {
  const { config } = await load({ env: { ASHLAR_LISTEN: '', ASHLAR_ENTRA: '', ASHLAR_CONFIG: '' } });
  expect(config).toMatchObject({ listen: { host: '127.0.0.1', port: 8484 }, entra: undefined });
});

test('a path starts from the file that holds it, or from the working directory', async () => {
  await writeFile(`${cwd}/conf/server.yaml`, 'data: ../store\ntlsCert: cert.pem\ntlsKey: /etc/key.pem\n');
  const env = { ASHLAR_CONFIG: 'conf/server.yaml' };
  const { config } = await loadConfig({ flags: { examples: 'examples' }, env, cwd });
  expect(config).toMatchObject({
    data: `${cwd}/store`,
    examples: `${cwd}/examples`,
    tls: {
      mode: 'files',
      cert: `${cwd}/conf/cert.pem`,
      key: '/etc/key.pem',
      names: { cert: 'conf/server.yaml: tlsCert', key: 'conf/server.yaml: tlsKey' },
    },
  });
});

test.each<[string, Given, object]>([
  ['an empty file', { yaml: '# nothing\n' }, { logLevel: 'info' }],
  [
    'IPv6',
    { flags: { listen: '[0:0::1]:80' } },
    { listen: { host: '::1', port: 80 }, externalUrl: 'http://[::1]' },
  ],
  [
    'port 0',
    { flags: { listen: 'localhost:0' } },
    { listen: { host: 'localhost', port: 0 }, externalUrl: undefined },
  ],
  [
    'http off',
    { flags: { listen: 'off' } },
    { listen: undefined, externalUrl: undefined, externalUrlTls: 'https://127.0.0.1:8485' },
  ],
  [
    'https off',
    { flags: { listenTls: 'off' } },
    { listenTls: undefined, tls: { mode: 'off' }, externalUrlTls: undefined },
  ],
  ['tls off', { flags: { tls: 'off' } }, { listenTls: undefined, tls: { mode: 'off' } }],
  [
    'a stronger mode hides files',
    { flags: { tls: 'local' }, yaml: 'tlsCert: a\ntlsKey: b' },
    { tls: { mode: 'local' } },
  ],
  [
    'stronger files hide a mode',
    { flags: { tlsCert: '/a', tlsKey: '/b' }, yaml: 'tls: local' },
    { tls: { mode: 'files', cert: '/a', key: '/b', names: { cert: '--tls-cert', key: '--tls-key' } } },
  ],
  [
    'a normalised external URL',
    { flags: { externalUrl: 'HTTPS://Registry.Example.com:443/' } },
    { externalUrl: 'https://registry.example.com' },
  ],
  [
    'a name in another script',
    { flags: { externalUrl: 'http://bücher.example' } },
    { externalUrl: 'http://xn--bcher-kva.example' },
  ],
  [
    'entra in the file',
    {
      yaml: `entra:\n  audiences: ['api://ashlar']\n  tenants:\n  - id: ${tenant.toUpperCase()}\n    issuer: https://idp.example/v2\n    jwksUri: http://127.0.0.1:9/keys\n  rules:\n  - { tenant: ${tenant}, group: ${object}, scopes: ['publish:Contoso', 'manage:*'] }`,
    },
    {
      entra: {
        tenants: [{ id: tenant, issuers: ['https://idp.example/v2'], jwksUri: 'http://127.0.0.1:9/keys' }],
        audiences: ['api://ashlar'],
        rules: [{ tenant, kind: 'group', id: object, scopes: ['publish:contoso', 'manage:*'] }],
      },
    },
  ],
  [
    'entra in its variable',
    entra({}),
    {
      entra: {
        tenants: [
          {
            id: tenant,
            issuers: [
              `https://login.microsoftonline.com/${tenant}/v2.0`,
              `https://sts.windows.net/${tenant}/`,
            ],
            jwksUri: `https://login.microsoftonline.com/${tenant}/discovery/v2.0/keys`,
          },
        ],
        audiences: [
          'https://management.azure.com',
          'https://management.azure.com/',
          'https://management.core.windows.net',
          'https://management.core.windows.net/',
          'https://containerregistry.azure.net',
        ],
        rules: [{ tenant, kind: 'object', id: object, scopes: ['read:*'] }],
      },
    },
  ],
  [
    'one issuer for all tenants',
    entra({
      issuer: 'https://login.microsoftonline.us/{tid}/v2.0',
      tenants: [{ id: tenant, jwksUri: 'https://login.microsoftonline.us/keys' }],
    }),
    {
      entra: {
        tenants: [
          {
            issuers: [`https://login.microsoftonline.us/${tenant}/v2.0`],
            jwksUri: 'https://login.microsoftonline.us/keys',
          },
        ],
      },
    },
  ],
])('%s', async (_name, given, expected) => {
  const { config, warnings } = await load(given);
  expect(config).toMatchObject(expected);
  expect(warnings).toEqual([]);
});

test('warnings', async () => {
  const wide = await load({ flags: { listen: '0.0.0.0:80' }, env: { ASHLAR_LISTEN_TLS: '[::]:8485' } });
  expect(wide.config).toMatchObject({
    externalUrl: 'http://localhost',
    externalUrlTls: 'https://localhost:8485',
  });
  expect(wide.warnings).toEqual([
    '--listen: listens on every address of this machine, but links name http://localhost. Set externalUrl (--external-url, ASHLAR_EXTERNAL_URL) to the address that clients use.',
    'ASHLAR_LISTEN_TLS: listens on every address of this machine, but links name https://localhost. Set externalUrlTls (--external-url-tls, ASHLAR_EXTERNAL_URL_TLS) to the address that clients use.',
  ]);
  const useless = await load({ flags: { tls: 'off', externalUrlTls: 'https://a.example' } });
  expect(useless.warnings).toEqual(['--external-url-tls: has no effect because listenTls is off.']);
});

const s3Example =
  'Write s3://BUCKET/PREFIX, for example s3://contoso-modules/ashlar?region=westeurope or s3://modules?endpoint=https://minio.example.com.';
const address = 'Write HOST:PORT, for example 127.0.0.1:8484, or off.';
const origin =
  'Write http:// or https://HOST with an optional port, for example https://registry.example.com.';
const tlsOrigin = 'Write https://HOST with an optional port, for example https://registry.example.com.';
const uploads = 'Write a whole number from 1 to 100000.';
const rate = 'Write a whole number from 1 to 1000000, or off.';
const proxy = 'Write IP addresses or networks, divided by commas, for example 127.0.0.1,10.0.0.0/8, or off.';
const size = 'Write 1MiB to 1TiB, as a number of bytes or with B, KiB, MiB, GiB, TiB, KB, MB, GB or TB.';
const tokenTtl = 'Write 30s to 1h, as a number of seconds or with s, m, h or d.';
const adminToken =
  'Write 16 to 512 visible ASCII characters without blanks, for example the output of: openssl rand -hex 32';
const guid = 'is not an id of Entra ID. Write its GUID, for example 6f3c2b1a-0d4e-4c5f-8a9b-1c2d3e4f5a6b.';
const scope = 'Write read, publish or manage, a colon and a namespace or *, for example publish:contoso.';
const https = 'is not an https address. Write the whole address, starting with https://';
const help = 'there is no such setting. ashlar serve --help lists the settings.';

const broken: [Given, string][] = [
  // Addresses.
  [
    { flags: { blobs: '/var/blobs' } },
    `--blobs: the value is not an address that starts with s3://. ${s3Example}`,
  ],
  [
    { yaml: 'blobs: [s3://a]' },
    `ashlar.yaml: blobs: the value is not an address that starts with s3://. ${s3Example}`,
  ],
  [
    { env: { ASHLAR_BLOBS: 's3://key:secret@modules' } },
    'ASHLAR_BLOBS: the address holds a user or password. Take them out and set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile with AWS_PROFILE, or give the machine a role.',
  ],
  [{ flags: { listen: '8484' } }, `--listen: "8484" is not an address with a port. ${address}`],
  [{ flags: { listen: '' } }, `--listen: "" is not an address with a port. ${address}`],
  [{ flags: { listen: true } }, `--listen: true is not an address with a port. ${address}`],
  [{ env: { ASHLAR_LISTEN: ':8484' } }, `ASHLAR_LISTEN: ":8484" is not an address with a port. ${address}`],
  [{ yaml: 'listen: 8484' }, `ashlar.yaml: listen: 8484 is not an address with a port. ${address}`],
  [{ yaml: 'listen: [a, b]' }, `ashlar.yaml: listen: a list is not an address with a port. ${address}`],
  [{ yaml: 'listen:' }, 'ashlar.yaml: listen: has no value. Write one, or remove the line.'],
  [{ flags: { listen: '::1:8484' } }, `--listen: "::1:8484" is not an address with a port. ${address}`],
  [{ flags: { listen: 'a b:1' } }, `--listen: "a b:1" is not an address with a port. ${address}`],
  [{ flags: { listen: 'http://a:1' } }, `--listen: "http://a:1" is not an address with a port. ${address}`],
  [{ flags: { listen: 'a:65536' } }, `--listen: the port 65536 is larger than 65535. ${address}`],
  [{ flags: { listen: '1.2.3.400:1' } }, `--listen: "1.2.3.400" is not a host. ${address}`],
  [{ env: { ASHLAR_LISTEN_TLS: '[:::]:1' } }, `ASHLAR_LISTEN_TLS: "[:::]" is not a host. ${address}`],
  [
    { flags: { listen: 'off' }, env: { ASHLAR_TLS: 'off' } },
    '--listen: http and https are both off. Set listen or listenTls to an address.',
  ],
  [
    { flags: { listen: '127.0.0.1:8485' } },
    '--listen: http and https would listen on the same address. Choose another port for one of them.',
  ],
  // External URLs.
  ...(
    [
      [
        'registry.example.com',
        '"registry.example.com" is not an address that starts with http:// or https://',
      ],
      ['ftp://a.example', '"ftp://a.example" is not an address that starts with http:// or https://'],
      ['http:a.example', '"http:a.example" is not an address that starts with http:// or https://'],
      ['http://a b', '"http://a b" is not an address that starts with http:// or https://'],
      ['http://a\n', '"http://a\\n" is not an address that starts with http:// or https://'],
      [
        'http://a.example/registry',
        '"http://a.example/registry" has a path, and clients look at the root only',
      ],
      ['http://a.example/?', '"http://a.example/?" has a query or fragment'],
      ['http://a.example/#x', '"http://a.example/#x" has a query or fragment'],
      ['http://user:hidden@a.example', 'the address holds a user or password'],
      ['http://0.0.0.0:8484', '"http://0.0.0.0:8484" is not an address that a client can reach'],
      ['http://a.example:0', '"http://a.example:0" is not an address that a client can reach'],
    ] as const
  ).map(([url, reason]): [Given, string] => [
    { flags: { externalUrl: url } },
    `--external-url: ${reason}. ${origin}`,
  ]),
  [
    { env: { ASHLAR_EXTERNAL_URL_TLS: 'http://a.example' } },
    `ASHLAR_EXTERNAL_URL_TLS: "http://a.example" is not an address that starts with https://. ${tlsOrigin}`,
  ],
  // TLS.
  [{ flags: { tls: 'on' } }, '--tls: "on" is not possible. Write one of local, files, off.'],
  [{ yaml: 'tls: true' }, 'ashlar.yaml: tls: true is not possible. Write one of local, files, off.'],
  [
    { flags: { tls: 'files' } },
    '--tls: the certificate that belongs to it is missing. Set tlsCert (--tls-cert, ASHLAR_TLS_CERT).',
  ],
  [
    { env: { ASHLAR_TLS_CERT: 'a.pem' } },
    'ASHLAR_TLS_CERT: the private key that belongs to it is missing. Set tlsKey (--tls-key, ASHLAR_TLS_KEY).',
  ],
  [
    { flags: { tlsKey: 'a.pem' } },
    '--tls-key: the certificate that belongs to it is missing. Set tlsCert (--tls-cert, ASHLAR_TLS_CERT).',
  ],
  [
    { flags: { tls: 'local', tlsCert: 'a', tlsKey: 'b' } },
    '--tls: "local" leaves no use for --tls-cert. Remove one of them.',
  ],
  [{ flags: { tlsCert: '' } }, '--tls-cert: "" is not a path. Write the path of a file or folder.'],
  // Words, sizes, durations.
  [
    { env: { ASHLAR_LOG_LEVEL: 'verbose' } },
    'ASHLAR_LOG_LEVEL: "verbose" is not possible. Write one of fatal, error, warn, info, debug, trace, silent.',
  ],
  [{ flags: { artifacts: 'Allow' } }, '--artifacts: "Allow" is not possible. Write one of allow, deny.'],
  [{ flags: { maxUploads: '0' } }, `--max-uploads: "0" is too small. ${uploads}`],
  [{ flags: { maxUploads: '100001' } }, `--max-uploads: "100001" is too large. ${uploads}`],
  [{ yaml: 'maxUploads: 1.5' }, `ashlar.yaml: maxUploads: 1.5 is not a whole number. ${uploads}`],
  [{ yaml: 'maxUploads: off' }, `ashlar.yaml: maxUploads: "off" is not a whole number. ${uploads}`],
  [{ env: { ASHLAR_RATE_LIMIT: '-1' } }, `ASHLAR_RATE_LIMIT: "-1" is not a whole number. ${rate}`],
  [{ env: { ASHLAR_RATE_LIMIT: '0' } }, `ASHLAR_RATE_LIMIT: "0" is too small. ${rate}`],
  [
    { env: { ASHLAR_SIGN_IN_LIMIT: 'never' } },
    `ASHLAR_SIGN_IN_LIMIT: "never" is not a whole number. ${rate}`,
  ],
  [
    { flags: { trustedProxies: 'proxy.example' } },
    `--trusted-proxies: "proxy.example" is not an address. ${proxy}`,
  ],
  [
    { flags: { trustedProxies: '10.0.0.0/33' } },
    `--trusted-proxies: "10.0.0.0/33" is not an address. ${proxy}`,
  ],
  [{ flags: { trustedProxies: '10.0.0.1,' } }, `--trusted-proxies: "" is not an address. ${proxy}`],
  [{ yaml: 'trustedProxies: [10.0.0.1]' }, `ashlar.yaml: trustedProxies: a list is not an address. ${proxy}`],
  [{ flags: { maxBlobSize: 'big' } }, `--max-blob-size: "big" is not a size. ${size}`],
  [{ flags: { maxBlobSize: '10 G' } }, `--max-blob-size: "10 G" is not a size. ${size}`],
  [{ yaml: 'maxBlobSize: -1' }, `ashlar.yaml: maxBlobSize: -1 is not a size. ${size}`],
  [{ yaml: 'maxBlobSize: 1024' }, `ashlar.yaml: maxBlobSize: 1024 is too small. ${size}`],
  [{ env: { ASHLAR_MAX_BLOB_SIZE: '2TiB' } }, `ASHLAR_MAX_BLOB_SIZE: "2TiB" is too large. ${size}`],
  [{ flags: { tokenTtl: '5 minutes' } }, `--token-ttl: "5 minutes" is not a duration. ${tokenTtl}`],
  [{ yaml: 'tokenTtl: 1.5' }, `ashlar.yaml: tokenTtl: 1.5 is not a duration. ${tokenTtl}`],
  [{ yaml: 'tokenTtl: 29' }, `ashlar.yaml: tokenTtl: 29 is too short. ${tokenTtl}`],
  [{ flags: { tokenTtl: '61m' } }, `--token-ttl: "61m" is too long. ${tokenTtl}`],
  // Folders.
  [{ flags: { data: '' } }, '--data: "" is not a path. Write the path of a file or folder.'],
  [{ flags: { data: 'a-file' } }, '--data: <cwd>/a-file is not a folder. Name a folder.'],
  [{ env: { ASHLAR_EXAMPLES: 'none' } }, 'ASHLAR_EXAMPLES: <cwd>/none does not exist. Name a folder.'],
  // The admin token is never repeated.
  [
    { env: { ASHLAR_ADMIN_TOKEN: 'secret' } },
    `ASHLAR_ADMIN_TOKEN: the value is not usable as a token. ${adminToken}`,
  ],
  [
    { yaml: 'adminToken: a secret of many words' },
    `ashlar.yaml: adminToken: the value is not usable as a token. ${adminToken}`,
  ],
  [
    { env: { ASHLAR_ADMIN_TOKEN: `ash_${'x'.repeat(49)}` } },
    `ASHLAR_ADMIN_TOKEN: the value looks like a token of Ashlar but is mistyped. ${adminToken}`,
  ],
  // Unknown names.
  [{ env: { ASHLAR_LISTN: 'off' } }, 'ASHLAR_LISTN: there is no such setting. Did you mean ASHLAR_LISTEN?'],
  [{ env: { ASHLAR_FROBNICATE: '' } }, `ASHLAR_FROBNICATE: ${help}`],
  [{ yaml: 'listen-tls: off' }, 'ashlar.yaml: listen-tls: there is no such setting. Did you mean listenTls?'],
  [{ yaml: 'DATA: x' }, 'ashlar.yaml: DATA: there is no such setting. Did you mean data?'],
  [{ yaml: '__proto__: {}' }, `ashlar.yaml: __proto__: ${help}`],
  // The file.
  [
    { env: { ASHLAR_CONFIG: 'no.yaml' } },
    'ASHLAR_CONFIG: the file no.yaml does not exist. Name a YAML file with settings.',
  ],
  [
    { env: { ASHLAR_CONFIG: 'conf' } },
    'ASHLAR_CONFIG: the file conf is a folder. Name a YAML file with settings.',
  ],
  [
    { yaml: `# ${'x'.repeat(1024 * 1024)}` },
    '--config: the file ashlar.yaml is larger than 1048576 bytes. Name a YAML file with settings.',
  ],
  [
    { yaml: 'data: a\ndata: b' },
    'ashlar.yaml: the file is not valid YAML: Map keys must be unique at line 2, column 1. Correct the line.',
  ],
  [
    { yaml: 'adminToken: "abcdefghijklmnopqrst' },
    'ashlar.yaml: the file is not valid YAML: Missing closing "quote at line 1, column 34. Correct the line.',
  ],
  [{ yaml: '- data' }, 'ashlar.yaml: the file does not hold settings. Write one "key: value" per line.'],
  [{ yaml: 'just text' }, 'ashlar.yaml: the file does not hold settings. Write one "key: value" per line.'],
  [
    { yaml: `data: &a [x]\nb: &b [${'*a,'.repeat(30)}]\nc: [${'*b,'.repeat(30)}]` },
    'ashlar.yaml: the file repeats itself with too many aliases. Write the values out.',
  ],
  // Entra ID.
  [
    { env: { ASHLAR_ENTRA: '{' } },
    'ASHLAR_ENTRA: the value is not JSON. Write {"tenants":[…],"rules":[…]}, or use the file.',
  ],
  [{ yaml: 'entra: true' }, 'ashlar.yaml: entra: a group of keys is missing. Write a group of keys.'],
  [
    { yaml: 'entra: {}' },
    'ashlar.yaml: entra.tenants: a list is missing. Write a list.\nashlar.yaml: entra.rules: a list is missing. Write a list.',
  ],
  [
    entra({ tenants: [] }),
    `ASHLAR_ENTRA: tenants: the list is empty. Add an entry.
ASHLAR_ENTRA: rules[0].tenant: the tenant ${tenant} is not one of tenants. Add it there.`,
  ],
  [entra({ tenants: [{}] }), 'ASHLAR_ENTRA: tenants[0].id: is missing. Add it.'],
  [entra({ tenants: [{ id: 'common' }] }), `ASHLAR_ENTRA: tenants[0].id: "common" ${guid}`],
  [
    entra({ tenants: [{ id: tenant }, { id: tenant }] }),
    'ASHLAR_ENTRA: tenants[1].id: the tenant is listed twice. Remove one of them.',
  ],
  [
    entra({ tenants: [{ id: tenant, jwksUrl: 'https://a.example' }] }),
    'ASHLAR_ENTRA: tenants[0].jwksUrl: there is no such key. Did you mean jwksUri?',
  ],
  [entra({ clientSecret: 'x' }), 'ASHLAR_ENTRA: clientSecret: there is no such key. Remove it.'],
  [
    entra({ tenants: [{ id: tenant, jwksUri: 'http://a.example/keys' }] }),
    `ASHLAR_ENTRA: tenants[0].jwksUri: "http://a.example/keys" ${https}`,
  ],
  [
    entra({ tenants: [{ id: tenant, jwksUri: 'http://127.0.0.1.a.example/' }] }),
    `ASHLAR_ENTRA: tenants[0].jwksUri: "http://127.0.0.1.a.example/" ${https}`,
  ],
  [
    entra({ tenants: [{ id: tenant, issuer: 'https://a.example' }] }),
    'ASHLAR_ENTRA: tenants[0].jwksUri: is missing beside an own issuer. Add the address of the keys that this issuer signs with.',
  ],
  [
    entra({ issuer: 'https://a.example', tenants: [{ id: tenant, jwksUri: 'https://a.example/k' }] }),
    'ASHLAR_ENTRA: issuer: the issuer of all tenants does not hold {tid}. Write {tid} in it, or an issuer per tenant.',
  ],
  [
    entra({ audiences: [''] }),
    'ASHLAR_ENTRA: audiences[0]: "" is not an audience. Write the value of the aud claim.',
  ],
  [entra({ audiences: 'x' }), 'ASHLAR_ENTRA: audiences: a list is missing. Write a list.'],
  [
    rules({ tenant, scopes: ['read:*'] }),
    'ASHLAR_ENTRA: rules[0]: does not name exactly one of object, group and app. Write one rule for each.',
  ],
  [
    rules({ tenant, object, app: object, scopes: ['read:*'] }),
    'ASHLAR_ENTRA: rules[0]: does not name exactly one of object, group and app. Write one rule for each.',
  ],
  [
    rules({ tenant: object, object, scopes: ['read:*'] }),
    `ASHLAR_ENTRA: rules[0].tenant: the tenant ${object} is not one of tenants. Add it there.`,
  ],
  [rules({ tenant, object, scopes: [] }), 'ASHLAR_ENTRA: rules[0].scopes: the list is empty. Add an entry.'],
  [
    rules({ tenant, object, scopes: ['write:*'] }),
    `ASHLAR_ENTRA: rules[0].scopes[0]: "write:*" is not a scope. ${scope}`,
  ],
  [
    rules({ tenant, group: object, scopes: ['read:a/b'] }),
    `ASHLAR_ENTRA: rules[0].scopes[0]: "read:a/b" is not a scope. ${scope}`,
  ],
];

describe('wrong configurations', () => {
  for (const [given, message] of broken) {
    test(message, async () => expect(await messageOf(given)).toBe(message));
  }

  test('every problem has its line', async () => {
    const message = await messageOf({
      flags: { tls: 'x' },
      env: { ASHLAR_X: '' },
      yaml: 'dat: 1\nlogLevel: x',
    });
    expect(message.split('\n')).toEqual([
      'ashlar.yaml: dat: there is no such setting. Did you mean data?',
      `ASHLAR_X: ${help}`,
      '--tls: "x" is not possible. Write one of local, files, off.',
      'ashlar.yaml: logLevel: "x" is not possible. Write one of fatal, error, warn, info, debug, trace, silent.',
    ]);
  });
});

test('the admin token does not print', async () => {
  const token = 'correct-horse-battery';
  const { config } = await load({ env: { ASHLAR_ADMIN_TOKEN: token } });
  expect(config.adminToken?.reveal()).toBe(token);
  for (const text of [
    inspect(config, { depth: 9, showHidden: true }),
    JSON.stringify(config),
    String(config.adminToken),
  ]) {
    expect(text).toContain('[secret]');
    expect(text).not.toContain(token);
  }
  expect(Object.keys(new Secret(token))).toEqual([]);
});

test.each([
  ['0.0.0.0', 'http://localhost:8484'],
  ['::', 'http://localhost:8484'],
  ['::1', 'http://[::1]:8484'],
  ['registry', 'http://registry:8484'],
])('the default external URL of %s', (host, url) => {
  expect(defaultExternalUrl('http', { host, port: 8484 })).toBe(url);
});
