import { Command } from 'commander';

import { examples } from '../context.ts';
import { changeState } from '../change-state.ts';

export function deprecateCommand(): Command {
  return new Command('deprecate')
    .description('Deprecate a version: it works on, and clients are told')
    .argument('<ref>', 'ADDRESS@VERSION')
    .requiredOption('--reason <text>', 'why; every client shows it')
    .option('--replacement <text>', 'what to use instead: a version, an address or both')
    .option('--date <day>', 'day after which it should not be used any more, such as 2027-01-31')
    .option('--link <url>', 'page with more about it')
    .addHelpText(
      'after',
      examples(
        'ashlar deprecate terraform/contoso/network/azurerm@1.2.0 --reason "Subnets are made twice" --replacement 1.2.1',
      ),
    )
    .action(
      async (ref: string, { reason, replacement, date, link }: Record<string, string>, command: Command) => {
        await changeState(command, ref, 'deprecate', { reason, replacement, date, link });
      },
    );
}
