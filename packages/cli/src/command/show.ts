import { Command } from 'commander';

import type { Shape } from '../client.ts';
import { contextOf, examples } from '../context.ts';
import type { Output } from '../output.ts';
import { facts, formatSize, formatTime, table } from '../table.ts';
import { usageLines } from '../usage.ts';

type Version = Shape<'Version'>;

export function showCommand(): Command {
  return new Command('show')
    .description('Show a module or one version of it')
    .argument('<address>', 'ADDRESS, or ADDRESS@VERSION for one version')
    .addHelpText(
      'after',
      examples(
        'ashlar show terraform/contoso/network/azurerm',
        'ashlar show bicep/contoso/res/network/virtual-network@1.2.0',
        "ashlar show terraform/contoso/network/azurerm --json | jq -r '.versions[].version'",
      ),
    )
    .action(async (reference: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const { output } = context;
      const client = await context.client();
      const host = new URL(client.settings.url).host;
      if (reference.includes('@')) {
        const work = client.call('Version', '/version', { query: { ref: reference } });
        const version = await context.wait('Asking', work);
        const address = reference.slice(0, reference.lastIndexOf('@'));
        output.result({ address, ...version }, () => versionLines(address, version, host, output));
      } else {
        const work = client.call('ModuleDetail', '/module', { query: { address: reference } });
        const module = await context.wait('Asking', work);
        output.result(module, () => moduleLines(module, host, output));
      }
    });
}

function moduleLines(module: Shape<'ModuleDetail'>, host: string, output: Output): string[] {
  const newestFirst = module.versions.toReversed();
  const rows = newestFirst.map(({ version, state, publishedAt, publishedBy, digest }) => [
    version,
    output.style(stateStyle(state), state),
    formatTime(publishedAt),
    publishedBy,
    digest,
  ]);
  const messages = newestFirst.flatMap(({ version, message }) =>
    message === undefined ? [] : [`${version}: ${message}`],
  );
  const heading = ['VERSION', 'STATE', 'PUBLISHED', 'BY', 'DIGEST'].map((text) => output.style('bold', text));
  return [
    output.style('bold', module.address),
    ...(module.description === '' ? [] : [module.description]),
    '',
    ...facts([
      ['class', module.class],
      ['latest', module.latest ?? 'none that can be used'],
    ]),
    '',
    ...table([heading, ...rows], output.width),
    ...(messages.length === 0 ? [] : ['', ...messages]),
    ...(module.latest === undefined ? [] : ['', ...usageLines(module.address, module.latest, host)]),
  ];
}

function versionLines(address: string, version: Version, host: string, output: Output): string[] {
  const { archive } = version;
  return [
    output.style('bold', `${address}@${version.version}`),
    ...(version.description === '' ? [] : [version.description]),
    ...(version.message === undefined ? [] : ['', version.message]),
    '',
    ...facts([
      ['state', output.style(stateStyle(version.state), version.state)],
      ['reason', version.reason],
      ['replacement', version.replacement],
      ['not after', version.date],
      ['link', version.link],
      ['documentation', version.documentation],
      ['published', `${formatTime(version.publishedAt)} by ${version.publishedBy}`],
      ['digest', version.digest],
      ['content', version.contentDigest],
      ['archive', archive && `${archive.digest}, ${formatSize(archive.size)}`],
    ]),
    ...(version.state === 'revoked' ? [] : ['', ...usageLines(address, version.version, host)]),
  ];
}

function stateStyle(state: Version['state']): 'green' | 'yellow' | 'red' {
  return state === 'admitted' ? 'green' : state === 'deprecated' ? 'yellow' : 'red';
}
