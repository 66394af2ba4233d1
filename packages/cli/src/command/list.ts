import { Command, Option } from 'commander';

import type { Client, Shape } from '../client.ts';
import { contextOf, examples } from '../context.ts';
import type { Output } from '../output.ts';
import { table } from '../table.ts';

interface ListOptions {
  readonly namespace?: string;
  readonly language?: string;
  readonly class?: string;
}

export function listCommand(): Command {
  return new Command('list')
    .description('List or search modules')
    .argument('[search]', 'words to look for in names and descriptions')
    .option('--namespace <name>', 'only modules of this namespace')
    .addOption(
      new Option('--language <language>', 'only modules in this language').choices(['bicep', 'terraform']),
    )
    .addOption(
      new Option('--class <class>', 'only modules of this class').choices(['resource', 'pattern', 'utility']),
    )
    .addHelpText(
      'after',
      examples(
        'ashlar list',
        'ashlar list network --language terraform',
        "ashlar list --json | jq -r '.modules[].address'",
      ),
    )
    .action(async (search: string | undefined, options: ListOptions, command: Command) => {
      const { output, client: connect, wait } = contextOf(command);
      const client = await connect();
      const { namespace, language, class: kind } = options;
      const modules = await wait('Listing', listAll(client, { search, namespace, language, class: kind }));
      if (modules.length === 0) output.note(nothingFound(search, client));
      if (modules.length > 0 || output.json) output.result({ modules }, () => moduleTable(modules, output));
    });
}

async function listAll(
  client: Client,
  filter: Readonly<Record<string, string | undefined>>,
): Promise<Shape<'Module'>[]> {
  const modules: Shape<'Module'>[] = [];
  for (let offset: number | undefined = 0; offset !== undefined;) {
    const query: Record<string, string | number | undefined> = { ...filter, offset, limit: 1000 };
    const page: Shape<'ModulePage'> = await client.call('ModulePage', '/modules', { query });
    modules.push(...page.modules);
    offset = page.nextOffset;
  }
  return modules;
}

function moduleTable(modules: readonly Shape<'Module'>[], output: Output): string[] {
  const rows = modules.map((module) => [
    module.address,
    module.latest ?? '-',
    module.class ?? '-',
    module.description.replaceAll(/\s+/g, ' '),
  ]);
  const heading = ['MODULE', 'LATEST', 'CLASS', 'ABOUT'].map((text) => output.style('bold', text));
  return table([heading, ...rows], output.width);
}

function nothingFound(search: string | undefined, { settings }: Client): string {
  const what =
    search === undefined ? 'There is no module that you may read' : `No module matches "${search}"`;
  const hint = settings.token === undefined ? ' Not signed in: only public modules are shown.' : '';
  return `${what} at ${settings.url}.${hint}`;
}
