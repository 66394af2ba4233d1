import { Command } from 'commander';

import { examples } from '../context.ts';
import { changeState } from '../change-state.ts';

export function reinstateCommand(): Command {
  return new Command('reinstate')
    .description('Take back a deprecation or revocation')
    .argument('<ref>', 'ADDRESS@VERSION')
    .addHelpText('after', examples('ashlar reinstate terraform/contoso/network/azurerm@1.2.0'))
    .action(async (ref: string, _options: object, command: Command) => {
      await changeState(command, ref, 'reinstate', undefined);
    });
}
