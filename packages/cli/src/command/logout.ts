import { Command } from 'commander';

import { parseServerUrl } from '../client-settings.ts';
import { contextOf, examples } from '../context.ts';
import { readCredentials, writeCredentials } from '../credentials.ts';

export function logoutCommand(): Command {
  return new Command('logout')
    .description('Forget the token of a server')
    .argument('[url]', 'address of the server')
    .addHelpText('after', examples('ashlar logout', 'ashlar logout https://modules.contoso.example'))
    .action(async (url: string | undefined, _options: object, command: Command) => {
      const { output, settings } = contextOf(command);
      const server = url === undefined ? (await settings()).url : await parseServerUrl(url);
      const stored = await readCredentials();
      const { [server]: forgotten, ...servers } = stored.servers;
      if (forgotten !== undefined) {
        const fallback = stored.default === server ? undefined : stored.default;
        await writeCredentials({ ...(fallback === undefined ? {} : { default: fallback }), servers });
      }
      output.result({ url: server, wasSignedIn: forgotten !== undefined }, () =>
        forgotten === undefined
          ? [`No token is stored for ${server}.`]
          : [
              `Signed out of ${server}. The token itself is valid until it expires: ashlar token revoke ID ends it.`,
            ],
      );
    });
}
