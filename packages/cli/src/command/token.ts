import { systemClock } from '@ashlar/registry/gateway/clock';
import { Command } from 'commander';

import type { Shape } from '../client.ts';
import { contextOf, examples } from '../context.ts';
import { parseExpiry } from '../expiry.ts';
import type { Output } from '../output.ts';
import { formatTime, table } from '../table.ts';

export function tokenCommand(): Command {
  return new Command('token')
    .description('Create, list and revoke tokens')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand())
    .addHelpText(
      'after',
      examples(
        "ashlar token create pipeline --scope 'publish:contoso' --expires 90d",
        'ashlar token list',
        'ashlar token revoke 01JD4ZQ8W3H5M6N7P8R9S0T1V2',
      ),
    );
}

interface CreateOptions {
  readonly scope: string[];
  readonly expires?: string;
}

function createCommand(): Command {
  return new Command('create')
    .description('Create a token and print it, this once')
    .argument('<name>', 'what the token is for')
    .requiredOption('--scope <scope...>', 'read, publish or manage, a colon and a namespace or *')
    .option('--expires <when>', '90d, 12h, 2w or a day; without it the token does not expire')
    .addHelpText(
      'after',
      examples(
        "ashlar token create laptop --scope 'read:*'",
        "ashlar token create pipeline --scope publish:contoso 'read:*' --expires 90d",
        "ASHLAR_TOKEN=$(ashlar token create terraform --scope 'read:*') ashlar setup terraform --write",
      ),
    )
    .action(async (name: string, { scope, expires }: CreateOptions, command: Command) => {
      const { output, client: connect, wait } = contextOf(command);
      const expiresAt = expires === undefined ? undefined : await parseExpiry(expires, systemClock.now());
      const scopes = scope.flatMap((each) => each.split(',')).filter((each) => each !== '');
      const client = await connect();
      const json = { name, scopes, ...(expiresAt === undefined ? {} : { expiresAt }) };
      const created = await wait(
        'Creating',
        client.call('CreatedToken', '/tokens', { method: 'POST', json }),
      );
      output.note(
        `Created ${created.id} "${created.name}" for ${created.scopes.join(', ')}, ${expiryText(created)}. Shown this once:`,
      );
      // Alone on standard output, so that TOKEN=$(ashlar token create …) works.
      output.result(created, () => [created.token]);
    });
}

function listCommand(): Command {
  return new Command('list')
    .description('List your tokens; an administrator sees all')
    .option('--all', 'also those that were revoked or have expired')
    .addHelpText('after', examples('ashlar token list', 'ashlar token list --all --json'))
    .action(async ({ all }: { readonly all?: boolean }, command: Command) => {
      const { output, client: connect, wait } = contextOf(command);
      const client = await connect();
      const now = systemClock.now();
      const tokens = await wait('Listing', client.list('Token', '/tokens'));
      const shown = tokens.filter((token) => all === true || stateOf(token, now) === 'valid');
      output.result({ tokens: shown }, () => tokenTable(shown, now, output));
    });
}

function revokeCommand(): Command {
  return new Command('revoke')
    .description('Revoke a token and all that came from it, at once')
    .argument('<id>', 'as ashlar token list shows it; "current" is the one in use')
    .addHelpText('after', examples('ashlar token revoke 01JD4ZQ8W3H5M6N7P8R9S0T1V2'))
    .action(async (id: string, _options: object, command: Command) => {
      const { output, client: connect, wait } = contextOf(command);
      const client = await connect();
      await wait('Revoking', client.send(`/tokens/${encodeURIComponent(id)}`, { method: 'DELETE' }));
      output.result({ id, status: 'revoked' }, () => [
        `Revoked ${id}. It and the tokens made from it are refused from now on.`,
      ]);
    });
}

function tokenTable(tokens: readonly Shape<'Token'>[], now: number, output: Output): string[] {
  const rows = tokens.map((token) => [
    token.id,
    stateOf(token, now),
    formatTime(token.createdAt),
    token.expiresAt === undefined ? 'never' : formatTime(token.expiresAt),
    token.lastUsedAt === undefined ? 'never' : formatTime(token.lastUsedAt),
    token.scopes.join(' '),
    token.name,
  ]);
  const heading = ['ID', 'STATE', 'CREATED', 'EXPIRES', 'LAST USED', 'SCOPES', 'NAME'];
  return table([heading.map((text) => output.style('bold', text)), ...rows], output.width);
}

function stateOf({ revokedAt, expiresAt }: Shape<'Token'>, now: number): string {
  if (revokedAt !== undefined) return 'revoked';
  return expiresAt !== undefined && Date.parse(expiresAt) <= now ? 'expired' : 'valid';
}

function expiryText({ expiresAt }: Shape<'Token'>): string {
  return expiresAt === undefined ? 'without expiry' : `until ${formatTime(expiresAt)}`;
}
