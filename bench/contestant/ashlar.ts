import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type Program, startProgram } from '../program.ts';

export interface AshlarServer {
  readonly program: Program;
  readonly url: string;
  readonly data: string;
  /** The administrator's token. */
  readonly admin: string;
  /** Calls Ashlar's API as administrator. @throws when the answer is no success */
  api(method: string, path: string, body: unknown): Promise<unknown>;
}

const bin = fileURLToPath(new URL('../../packages/cli/bin/ashlar.js', import.meta.url));

/** Starts `ashlar serve` with its default settings, apart from where it listens and what it serves. */
export async function startAshlar(folder: string, nodeFlags: readonly string[] = []): Promise<AshlarServer> {
  const data = join(folder, 'ashlar-data');
  const args = [...nodeFlags, bin, 'serve', '--data', data];
  const listen = ['--listen', '127.0.0.1:0', '--listen-tls', '127.0.0.1:0'];
  const program = await startProgram(process.execPath, [...args, ...listen], {
    log: join(folder, 'ashlar.log'),
  });
  const [, url] = await program.waitFor(/ serves (http:\/\/\S+)/);
  const admin = (await readFile(join(data, 'admin-token'), 'utf8')).trim();
  return { program, url: url!, data, admin, api: async (...call) => await callApi(url!, admin, ...call) };
}

/** Makes a public namespace, and a token that may publish in it. */
export async function createPublicNamespace({ api }: AshlarServer, name: string): Promise<string> {
  await api('POST', '/namespaces', { name, visibility: 'public' });
  const made = await api('POST', '/tokens', { name: `bench ${name}`, scopes: [`publish:${name}`] });
  return (made as { token: string }).token;
}

async function callApi(
  url: string,
  token: string,
  method: string,
  path: string,
  body: unknown,
): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(`${url}/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text);
}
