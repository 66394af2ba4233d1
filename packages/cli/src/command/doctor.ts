import { homedir } from 'node:os';

import { Command } from 'commander';

import { type Client, createClient } from '../client.ts';
import { resolveSettings } from '../client-settings.ts';
import { type Context, contextOf, examples } from '../context.ts';
import {
  checkBicepConfig,
  checkDockerConfig,
  checkHostBlock,
  checkTrustedRegistries,
  type ClientConfig,
} from '../doctor/client-config.ts';
import { type Check, inOrder } from '../doctor/check.ts';
import { checkPrograms, findPrograms } from '../doctor/program.ts';
import { checkArchive, checkDiscovery, checkExternalUrl, checkOci, checkTrust } from '../doctor/protocol.ts';
import { examineServer } from '../doctor/installation.ts';
import { checkServer } from '../doctor/server.ts';
import type { Output } from '../output.ts';
import { minimumBicep } from '../setup/bicep.ts';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Check server, sign-in and clients, and name the fix for what fails')
    .option('--server [url]', 'check a running installation: the server and what stands before it')
    .addHelpText(
      'after',
      examples(
        'ashlar doctor',
        'ashlar doctor --url https://modules.contoso.example',
        'ashlar doctor --json',
        'ashlar doctor --server https://modules.contoso.example',
      ) +
        '\nRun it in the folder of your Bicep files to check bicepconfig.json too. Exit code 1 when a check fails.\n',
    )
    .action(async ({ server }: { server?: string | true }, command: Command) => {
      const context = contextOf(command);
      const client = await clientOf(context, server);
      const work = server === undefined ? examine(client) : examineServer(client);
      report(context, client.settings.url, await context.wait('Checking', work));
    });
}

/** `--server` may name the server as `--url` does. */
async function clientOf(context: Context, server: string | true | undefined): Promise<Client> {
  if (typeof server !== 'string') return await context.client();
  return await createClient(await resolveSettings({ ...context.options, url: server }));
}

function report({ output }: Context, url: string, checks: readonly Check[]): void {
  const count = (wanted: Check['status']) => checks.filter(({ status }) => status === wanted).length;
  const [failed, warned] = [count('fail'), count('warn')];
  const ended = failed === 0 ? 'Nothing failed' : failed === 1 ? '1 check failed' : `${failed} checks failed`;
  const rest = warned === 0 ? '' : warned === 1 ? ', 1 warning' : `, ${warned} warnings`;
  output.result({ url, failed, warned, checks }, () => [
    ...checkLines(checks, output),
    '',
    `${ended}${rest}.`,
  ]);
  if (failed > 0) process.exitCode = 1;
}

async function examine(client: Client): Promise<Check[]> {
  const [server, programs] = await Promise.all([checkServer(client), findPrograms()]);
  const tools = checkPrograms(programs, minimumBicep);
  const { status, isSignedIn } = server;
  if (status === undefined) return [...server.checks, ...tools];
  const { http, https } = status.externalUrls;
  const { url, caFile } = client.settings;
  // A refused token would fail everything else for the same reason.
  const reader = isSignedIn || client.settings.token === undefined ? client : await anonymous(client);
  const config: ClientConfig = {
    url,
    http,
    https,
    isSignedIn,
    programs,
    env: process.env,
    home: process.env['HOME'] || homedir(),
    cwd: process.cwd(),
  };
  const others = await Promise.all([
    checkTrust(https, caFile),
    checkOci(http, 'http', client),
    checkOci(https, 'https', client),
    checkDiscovery(reader),
    checkArchive(reader),
    checkHostBlock('terraform', config),
    checkHostBlock('opentofu', config),
    checkBicepConfig(config),
    checkDockerConfig(config),
  ]);
  const own = [checkExternalUrl(client, status), checkTrustedRegistries(config)];
  return inOrder([...server.checks, ...own, ...others.flat(), ...tools]);
}

async function anonymous({ settings }: Client): Promise<Client> {
  return await createClient({ ...settings, token: undefined });
}

function checkLines(checks: readonly Check[], output: Output): string[] {
  const marks = output.isTerminal
    ? {
        ok: output.style('green', '✓'),
        warn: output.style('yellow', '!'),
        fail: output.style('red', '✗'),
        skip: output.style('dim', '–'),
      }
    : { ok: 'ok  ', warn: 'warn', fail: 'FAIL', skip: 'skip' };
  const labels = checks.map(({ group, name }) => (group === 'programs' ? name : `${group}: ${name}`));
  const width = Math.max(...labels.map((label) => label.length));
  const indent = ' '.repeat(width + (output.isTerminal ? 4 : 7));
  return checks.flatMap(({ status, detail, fix }, index) => [
    `${marks[status]} ${labels[index]!.padEnd(width)}  ${detail}`,
    ...(fix === undefined ? [] : [`${indent}fix: ${fix}`]),
  ]);
}
