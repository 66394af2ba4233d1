import { homedir } from 'node:os';

import { Command } from 'commander';

import { type Client, createClient } from '../client.ts';
import { contextOf, examples } from '../context.ts';
import {
  checkBicepConfig,
  checkDockerConfig,
  checkHostBlock,
  checkTrustedRegistries,
  type ClientConfig,
} from '../doctor/client-config.ts';
import type { Check } from '../doctor/check.ts';
import { checkPrograms, findPrograms } from '../doctor/program.ts';
import { checkArchive, checkDiscovery, checkExternalUrl, checkOci, checkTrust } from '../doctor/protocol.ts';
import { checkServer } from '../doctor/server.ts';
import type { Output } from '../output.ts';
import { minimumBicep } from '../setup/bicep.ts';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Check server, sign-in and clients, and name the fix for what fails')
    .addHelpText(
      'after',
      examples(
        'ashlar doctor',
        'ashlar doctor --url https://modules.contoso.example',
        'ashlar doctor --json',
      ) +
        '\nRun it in the folder of your Bicep files to check bicepconfig.json too. Exit code 1 when a check fails.\n',
    )
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const client = await context.client();
      const checks = await context.wait('Checking', examine(client));
      const failed = checks.filter(({ status }) => status === 'fail').length;
      context.output.result({ url: client.settings.url, failed, checks }, () => [
        ...checkLines(checks, context.output),
        '',
        failed === 0 ? 'Nothing failed.' : failed === 1 ? '1 check failed.' : `${failed} checks failed.`,
      ]);
      if (failed > 0) process.exitCode = 1;
    });
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
  const order: readonly Check['group'][] = [
    'server',
    'tls',
    'oci',
    'terraform',
    'bicep',
    'docker',
    'programs',
  ];
  return [...server.checks, ...own, ...others.flat(), ...tools].toSorted(
    (left, right) => order.indexOf(left.group) - order.indexOf(right.group),
  );
}

async function anonymous({ settings }: Client): Promise<Client> {
  return await createClient({ ...settings, token: undefined });
}

function checkLines(checks: readonly Check[], output: Output): string[] {
  const marks = output.isTerminal
    ? { ok: output.style('green', '✓'), fail: output.style('red', '✗'), skip: output.style('dim', '–') }
    : { ok: 'ok  ', fail: 'FAIL', skip: 'skip' };
  const labels = checks.map(({ group, name }) => (group === 'programs' ? name : `${group}: ${name}`));
  const width = Math.max(...labels.map((label) => label.length));
  const indent = ' '.repeat(width + (output.isTerminal ? 4 : 7));
  return checks.flatMap(({ status, detail, fix }, index) => [
    `${marks[status]} ${labels[index]!.padEnd(width)}  ${detail}`,
    ...(fix === undefined ? [] : [`${indent}fix: ${fix}`]),
  ]);
}
