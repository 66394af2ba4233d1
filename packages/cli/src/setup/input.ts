import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

import { existsSync } from '@ashlar/registry/gateway/file-system';

import type { Client, Shape } from '../client.ts';
import { isLoopback } from '@ashlar/core/loopback';
import { trustedAuthorities, trustProblem } from '../trusted-ca.ts';
import type { JsonValue } from './jsonc.ts';
import type { DropIn, SetupInput } from './recipe.ts';

/** Stands for the file of a CA that this machine does not know. */
export const unknownCa = '<data>/tls/ca.pem';
export const unknownCaNote = '<data> is the data folder of the server: get the file from there.';

/** Asks the server what its clients need to know. */
export async function readSetupInput(
  client: Client,
  status: Shape<'Status'>,
  options: { readonly isWriting: boolean; readonly showToken: boolean; readonly dropIn: DropIn },
): Promise<SetupInput> {
  const { url, token } = client.settings;
  const { http, https } = status.externalUrls;
  const env = process.env;
  return {
    url,
    http,
    https,
    token,
    ...options,
    ca: await privateCa(https, client.settings.caFile),
    login: await readLogin(client, http ?? url),
    env,
    home: env['HOME'] || homedir(),
    cwd: process.cwd(),
  };
}

/** The file of the CA that clients must be told about; undefined when the system trusts the server by itself. */
async function privateCa(https: string | undefined, caFile: string | undefined): Promise<string | undefined> {
  if (https === undefined) return undefined;
  if ((await trustProblem(https, await trustedAuthorities(undefined))) === undefined) return undefined;
  return (await findCa(https, caFile)) ?? unknownCa;
}

/** The first known CA file under which the server is trusted. SSL_CERT_FILE may be there for other reasons. */
export async function findCa(https: string, caFile: string | undefined): Promise<string | undefined> {
  const candidates = [caFile, localCaPath(https)].filter((path) => path !== undefined);
  for (const path of candidates) {
    const problem = await trustProblem(https, await trustedAuthorities(path));
    if (problem === undefined) return resolve(path);
  }
  return undefined;
}

/** The CA that a server in the usual place of this machine has made. */
function localCaPath(url: string): string | undefined {
  const path = resolve(join(process.env['ASHLAR_DATA'] || 'ashlar-data', 'tls', 'ca.pem'));
  return isLoopback(url) && existsSync(path) ? path : undefined;
}

async function readLogin(client: Client, base: string): Promise<SetupInput['login']> {
  const { status, body } = await client.raw('/.well-known/terraform.json');
  if (status !== 200) return undefined;
  const { 'login.v1': login } = JSON.parse(body.toString('utf8')) as {
    'login.v1'?: Record<string, JsonValue>;
  };
  if (login === undefined) return undefined;
  const absolute = Object.entries(login).map(([key, value]) =>
    typeof value === 'string' && value.startsWith('/') ? [key, new URL(value, base).href] : [key, value],
  );
  return Object.fromEntries(absolute) as Record<string, JsonValue>;
}
