import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';

import { parseServerUrl, resolveSettings } from './client-settings.ts';
import { credentialsPath, readCredentials, writeCredentials } from './credentials.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ashlar-credentials-'));
  for (const name of ['ASHLAR_URL', 'ASHLAR_TOKEN', 'ASHLAR_CA', 'SSL_CERT_FILE'])
    vi.stubEnv(name, undefined);
  vi.stubEnv('XDG_CONFIG_HOME', folder);
});

it('takes options before the environment before what is stored before the default', async () => {
  const url = async (option?: string) => {
    const {
      url: chosen,
      token,
      tokenFrom,
    } = await resolveSettings(option === undefined ? {} : { url: option });
    return [chosen, token, tokenFrom];
  };
  expect(await url()).toEqual(['http://127.0.0.1:8484', undefined, undefined]);
  await writeCredentials({
    default: 'http://a',
    servers: { 'http://a': { token: 'A' }, 'http://b': { token: 'B' } },
  });
  expect(await url()).toEqual(['http://a', 'A', 'ashlar login']);
  vi.stubEnv('ASHLAR_URL', 'http://b/');
  expect(await url()).toEqual(['http://b', 'B', 'ashlar login']);
  expect(await url('http://a')).toEqual(['http://a', 'A', 'ashlar login']);
  expect(await url('http://c')).toEqual(['http://c', undefined, undefined]);
  vi.stubEnv('ASHLAR_TOKEN', ' T\n');
  expect(await url()).toEqual(['http://b', 'T', 'ASHLAR_TOKEN']);
});

it('stores tokens for this user only', async () => {
  await writeCredentials({ servers: {} });
  await writeCredentials({ servers: { 'http://a': { token: 'A' } } });

  const path = credentialsPath();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'ashlar')).mode & 0o777).toBe(0o700);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ servers: { 'http://a': { token: 'A' } } });
});

it.each(['{', '[]', '{"servers": 1}', '{"default": 1}'])(
  'says when the file is damaged: %s',
  async (text) => {
    const path = join(folder, 'file.json');
    writeFileSync(path, text);

    await expect(readCredentials(path)).rejects.toMatchObject({ code: 'ASH-CONFIG' });
  },
);

it.each(['localhost:8484', 'ftp://a', 'http://', 'http://u:p@a', ''])(
  'refuses the address %j',
  async (text) => await expect(parseServerUrl(text)).rejects.toMatchObject({ code: 'ASH-USAGE' }),
);
