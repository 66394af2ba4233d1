import { ashlarError } from '@ashlar/core';
import { CommanderError } from 'commander';
import { expect, it } from 'vitest';

import { Interrupted, ServerError } from './cli-error.ts';
import { failureOf } from './failure.ts';

it.each([
  [ashlarError('ASH-FORBIDDEN-ADMIN', {}), 'ASH-FORBIDDEN-ADMIN', 3],
  [new ServerError('ASH-VERSION-EXISTS', 'words', 409), 'ASH-VERSION-EXISTS', 1],
  [new ServerError('ASH-UNAVAILABLE', 'words', 503), 'ASH-UNAVAILABLE', 4],
  [new ServerError('ASH-OF-A-NEWER-SERVER', 'words', 400), 'ASH-OF-A-NEWER-SERVER', 2],
  [new ServerError('ASH-OF-A-NEWER-SERVER', 'words', 403), 'ASH-OF-A-NEWER-SERVER', 3],
  [new ServerError('ASH-OF-A-NEWER-SERVER', 'words', 422), 'ASH-OF-A-NEWER-SERVER', 1],
  [new ServerError('ASH-OF-A-NEWER-SERVER', 'words', 502), 'ASH-OF-A-NEWER-SERVER', 4],
  [new CommanderError(1, 'commander.unknownOption', "error: unknown option '--x'"), 'ASH-USAGE', 2],
  [new Interrupted(), 'ASH-INTERRUPTED', 130],
  [new TypeError('a mistake of ours'), 'ASH-INTERNAL', 5],
])('%s', async (error, code, exit) => expect(await failureOf(error)).toMatchObject({ code, exit }));

it('names the help that fits wrong use', async () => {
  const messages = await Promise.all(
    ['commander.unknownCommand', 'commander.missingArgument', 'commander.help'].map(
      async (code) => (await failureOf(new CommanderError(1, code, 'error: wrong'))).message,
    ),
  );

  expect(messages).toEqual([
    'Wrong\nAll commands: ashlar --help',
    'Wrong\nAdd --help to see what it takes, with examples.',
    'A command is missing.',
  ]);
});

it('shows where an unknown error comes from', async () => {
  const { message } = await failureOf(new TypeError('a mistake of ours'));

  expect(message).toMatch(/^TypeError: a mistake of ours\n +at .*failure\.test\.ts/);
});

it('adds the hint of this side to the words of the server', async () => {
  const { message } = await failureOf(
    new ServerError('ASH-AUTH-REQUIRED', 'Sign in.', 401, 'The token is there.'),
  );

  expect(message).toBe('Sign in.\nThe token is there.');
});
