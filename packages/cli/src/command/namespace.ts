import { Command, Option } from 'commander';

import type { Shape } from '../client.ts';
import { usageError } from '../cli-error.ts';
import { contextOf, examples } from '../context.ts';
import type { Output } from '../output.ts';
import { formatTime, table } from '../table.ts';

export function namespaceCommand(): Command {
  return new Command('namespace')
    .description('Create, list, change and delete namespaces')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(setCommand())
    .addCommand(deleteCommand())
    .addHelpText(
      'after',
      examples(
        'ashlar namespace create contoso',
        'ashlar namespace set contoso --public',
        'ashlar namespace list',
      ),
    );
}

interface NamespaceOptions {
  readonly public?: true;
  readonly private?: true;
  readonly immutable?: boolean;
  readonly honestVersions?: boolean;
}

const publicOption = () => new Option('--public', 'everybody may read').conflicts('private');
const privateOption = () => new Option('--private', 'only tokens with a read scope may read');
const immutableText = 'tags of plain repositories never move';
const honestText = 'refuse versions whose number promises more than their content keeps';

function createCommand(): Command {
  return new Command('create')
    .description('Create a namespace; private unless told otherwise')
    .argument('<name>')
    .addOption(publicOption())
    .addOption(privateOption())
    .option('--immutable', immutableText)
    .option('--honest-versions', honestText)
    .addHelpText(
      'after',
      examples('ashlar namespace create contoso', 'ashlar namespace create tools --public'),
    )
    .action(async (name: string, options: NamespaceOptions, command: Command) => {
      const { output, client: connect, wait } = contextOf(command);
      const client = await connect();
      const json = { name, ...changesOf(options) };
      const created = await wait(
        'Creating',
        client.call('Namespace', '/namespaces', { method: 'POST', json }),
      );
      output.result(created, () => [`Created ${describe(created)}.`]);
    });
}

function listCommand(): Command {
  return new Command('list')
    .description('List the namespaces that you may read')
    .addHelpText('after', examples('ashlar namespace list'))
    .action(async (_options: object, command: Command) => {
      const { output, client: connect, wait } = contextOf(command);
      const client = await connect();
      const namespaces = await wait('Listing', client.list('Namespace', '/namespaces'));
      if (namespaces.length === 0)
        output.note(`There is no namespace that you may read at ${client.settings.url}.`);
      if (namespaces.length > 0 || output.json)
        output.result({ namespaces }, () => namespaceTable(namespaces, output));
    });
}

function setCommand(): Command {
  return new Command('set')
    .description('Change a namespace')
    .argument('<name>')
    .addOption(publicOption())
    .addOption(privateOption())
    .option('--immutable', immutableText)
    .option('--no-immutable', 'tags of plain repositories may move')
    .option('--honest-versions', honestText)
    .option('--no-honest-versions', 'take any version')
    .addHelpText(
      'after',
      examples('ashlar namespace set contoso --public', 'ashlar namespace set tools --immutable'),
    )
    .action(async (name: string, options: NamespaceOptions, command: Command) => {
      const { output, client: connect, wait } = contextOf(command);
      const json = changesOf(options);
      if (Object.keys(json).length === 0) {
        throw await usageError(
          'Name what to change: --public, --private, --[no-]immutable or --[no-]honest-versions.',
        );
      }
      const client = await connect();
      const path = `/namespaces/${encodeURIComponent(name)}`;
      const changed = await wait('Changing', client.call('Namespace', path, { method: 'PATCH', json }));
      output.result(changed, () => [`Changed: ${describe(changed)}.`]);
    });
}

function deleteCommand(): Command {
  return new Command('delete')
    .description('Delete a namespace that never held anything')
    .argument('<name>')
    .addHelpText('after', examples('ashlar namespace delete contoso'))
    .action(async (name: string, _options: object, command: Command) => {
      const { output, client: connect, wait } = contextOf(command);
      const client = await connect();
      await wait('Deleting', client.send(`/namespaces/${encodeURIComponent(name)}`, { method: 'DELETE' }));
      output.result({ name, status: 'deleted' }, () => [`Deleted the namespace ${name}.`]);
    });
}

interface Changes {
  visibility?: 'public' | 'private';
  immutable?: boolean;
  honestVersions?: 'off' | 'required';
}

function changesOf(options: NamespaceOptions): Changes {
  const visibility = options.public ? 'public' : options.private ? 'private' : undefined;
  return {
    ...(visibility === undefined ? {} : { visibility }),
    ...(options.immutable === undefined ? {} : { immutable: options.immutable }),
    ...(options.honestVersions === undefined
      ? {}
      : { honestVersions: options.honestVersions ? ('required' as const) : ('off' as const) }),
  };
}

function describe({ name, visibility, immutable, honestVersions }: Shape<'Namespace'>): string {
  const honest = honestVersions === 'required' ? ', honest versions' : '';
  return `${name}, ${visibility}${immutable ? ', immutable' : ''}${honest}`;
}

function namespaceTable(namespaces: readonly Shape<'Namespace'>[], output: Output): string[] {
  const rows = namespaces.map(({ name, visibility, immutable, honestVersions, createdAt }) => [
    name,
    visibility,
    immutable ? 'immutable' : '',
    honestVersions === 'required' ? 'honest' : '',
    formatTime(createdAt),
  ]);
  return table([
    ['NAMESPACE', 'VISIBILITY', 'TAGS', 'VERSIONS', 'CREATED'].map((text) => output.style('bold', text)),
    ...rows,
  ]);
}
