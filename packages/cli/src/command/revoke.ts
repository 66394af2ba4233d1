import { Command } from 'commander';

import { examples } from '../context.ts';
import { changeState } from '../change-state.ts';

export function revokeCommand(): Command {
  return new Command('revoke')
    .description('Revoke a version: no client gets it any more')
    .argument('<ref>', 'ADDRESS@VERSION')
    .requiredOption('--reason <text>', 'why; every client shows it')
    .option('--replacement <text>', 'what to use instead: a version, an address or both')
    .option('--link <url>', 'page with more about it')
    .addHelpText(
      'after',
      examples(
        'ashlar revoke terraform/contoso/network/azurerm@1.2.0 --reason "Opens port 22 to the internet" \\',
        '  --link https://contoso.example/advisories/7',
      ),
    )
    .action(async (ref: string, { reason, replacement, link }: Record<string, string>, command: Command) => {
      await changeState(command, ref, 'revoke', { reason, replacement, link });
    });
}
