import { inputSchema, inputTypes } from '@ashlar/core/module';
import { escaped } from '@ashlar/core/printable';
import { Command, Option } from 'commander';

import { usageError } from '../cli-error.ts';
import { contextOf, examples } from '../context.ts';
import { moduleLines } from '../inspect/module-lines.ts';
import { readSubject } from '../reference/subject.ts';
import { referenceHelp } from '../reference/help.ts';

interface InspectOptions {
  readonly schema?: true;
  readonly types?: true;
  readonly markdown?: true;
}

export function inspectCommand(): Command {
  return new Command('inspect')
    .description('Show inputs, outputs and footprint of a module')
    .argument('<ref>', 'where the module is; see below')
    .addOption(
      new Option('--schema', 'print what may be given to it as JSON Schema').conflicts(['types', 'markdown']),
    )
    .addOption(
      new Option('--types', 'print what may be given to it as types of TypeScript').conflicts('markdown'),
    )
    .option('--markdown', 'print the sections that ashlar docs writes')
    .addHelpText(
      'after',
      examples(
        'ashlar inspect .',
        'ashlar inspect modules/vnet --schema > vnet.schema.json',
        "ashlar inspect git:v1.2.0: --json | jq -r '.interface.inputs[].name'",
        'ashlar inspect terraform/contoso/network/azurerm@1.2.0',
      ) + referenceHelp,
    )
    .action(async (ref: string, options: InspectOptions, command: Command) => {
      const context = contextOf(command);
      const { output } = context;
      if (
        output.json &&
        Object.keys(options).some((name) => ['schema', 'types', 'markdown'].includes(name))
      ) {
        throw await usageError(
          '--json prints the whole model. Name one of --json, --schema, --types and --markdown.',
        );
      }
      const { reading, warnings } = await context.wait('Reading', readSubject(ref, context));
      const { module } = reading;
      for (const warning of warnings) output.warn(warning);
      if (options.schema) output.text(escaped(JSON.stringify(inputSchema(module), null, 2)));
      else if (options.types) output.text(escaped(inputTypes(module).trimEnd()));
      else if (options.markdown) output.text((await import('@ashlar/core/docs')).moduleSections(module));
      else output.result(module, () => moduleLines(module, ref, output));
      if (module.problems.length > 0) process.exitCode = 1;
    });
}
