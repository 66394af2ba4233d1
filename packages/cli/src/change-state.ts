import type { Command } from 'commander';

import { contextOf } from './context.ts';

/** Moves a version to another state and shows what clients are told from now on. */
export async function changeState(
  command: Command,
  ref: string,
  change: 'deprecate' | 'revoke' | 'reinstate',
  words: Readonly<Record<string, string | undefined>> | undefined,
): Promise<void> {
  const { output, client: connect, wait } = contextOf(command);
  const client = await connect();
  const work = client.call('Version', `/version/${change}`, {
    method: 'POST',
    query: { ref },
    ...(words === undefined ? {} : { json: words }),
  });
  const version = await wait('Changing', work);
  const address = ref.slice(0, ref.lastIndexOf('@'));
  output.result({ address, ...version }, () => [
    `${address}@${version.version} is now ${version.state}.`,
    ...(version.message === undefined ? [] : [`Clients are told: ${version.message}`]),
  ]);
}
