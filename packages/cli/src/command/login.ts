import { text as readStream } from 'node:stream/consumers';

import { Command } from 'commander';

import { Interrupted, usageError } from '../cli-error.ts';
import { createClient } from '../client.ts';
import { isLoopback } from '@ashlar/core/loopback';
import { parseServerUrl } from '../client-settings.ts';
import { contextOf, examples } from '../context.ts';
import { credentialsPath, readCredentials, writeCredentials } from '../credentials.ts';
import type { Output } from '../output.ts';

interface LoginOptions {
  readonly token?: string | true;
}

export function loginCommand(): Command {
  return new Command('login')
    .description('Store a token for a server')
    .argument('[url]', 'address of the server')
    .option('--token [-]', 'read the token from standard input instead of asking')
    .addHelpText(
      'after',
      examples(
        'ashlar login',
        'ashlar login https://modules.contoso.example',
        'ashlar login http://127.0.0.1:8484 --token - < ashlar-data/admin-token',
      ),
    )
    .action(async (url: string | undefined, options: LoginOptions, command: Command) => {
      const context = contextOf(command);
      const { output } = context;
      const settings = await context.settings();
      const server = url === undefined ? settings.url : await parseServerUrl(url);
      warnAboutPlainHttp(server, output);
      const token = await readToken(server, options);
      const client = await createClient({ ...settings, url: server, token, tokenFrom: undefined });
      const { caller } = await context.wait('Signing in', client.call('Status', '/status'));
      const path = credentialsPath();
      const { servers } = await readCredentials(path);
      await writeCredentials({ default: server, servers: { ...servers, [server]: { token } } }, path);
      warnAboutEnvironment(output);
      output.result({ url: server, ...caller, stored: path }, () => [
        `Signed in to ${server} as ${caller.name} (${caller.scopes.join(', ')}).`,
        `The token is stored in ${path}.`,
      ]);
    });
}

async function readToken(server: string, { token }: LoginOptions): Promise<string> {
  if (token !== undefined && token !== '-' && token !== true) {
    throw await usageError(
      'A token on the command line can be read by every user of this machine. Pipe it: ashlar login --token - < FILE',
    );
  }
  const given = token === undefined && process.stdin.isTTY ? await ask(server) : await readPiped(token);
  if (!/^[\x21-\x7E]+$/.test(given))
    throw await usageError('That is not a token: it is empty or holds spaces.');
  return given;
}

async function ask(server: string): Promise<string> {
  const { isCancel, password } = await import('@clack/prompts');
  const answer = await password({ message: `Token for ${server}`, output: process.stderr });
  if (isCancel(answer)) throw new Interrupted();
  return (answer ?? '').trim();
}

async function readPiped(token: LoginOptions['token']): Promise<string> {
  if (token === undefined) {
    throw await usageError(
      'There is no terminal to ask for the token on. Pipe it: ashlar login --token - < FILE',
    );
  }
  return (await readStream(process.stdin)).trim();
}

function warnAboutPlainHttp(server: string, output: Output): void {
  if (server.startsWith('https:') || isLoopback(server)) return;
  output.warn(`${server} is not encrypted: everybody between here and there can read the token.`);
}

/** A sign-in that the next command would not use. */
function warnAboutEnvironment(output: Output): void {
  for (const name of ['ASHLAR_URL', 'ASHLAR_TOKEN']) {
    if (process.env[name]) output.warn(`${name} is set and comes before what was stored now.`);
  }
}
