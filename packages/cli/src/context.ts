import type { Command } from 'commander';

import type { Client } from './client.ts';
import { type ClientSettings, type GlobalOptions, resolveSettings } from './client-settings.ts';
import { createOutput, type Output } from './output.ts';
import { withProgress } from './progress.ts';

/** What an action works with besides its own arguments. */
export interface Context {
  readonly output: Output;
  readonly options: GlobalOptions;
  settings(): Promise<ClientSettings>;
  client(): Promise<Client>;
  /** Waits, and says for what when it takes a while. */
  wait<Result>(text: string, work: Promise<Result>): Promise<Result>;
}

export function contextOf(command: Command): Context {
  const options = command.optsWithGlobals<GlobalOptions>();
  const settings = async () => await resolveSettings(options);
  return {
    output: createOutput(options),
    options,
    settings,
    client: async () => {
      // Most of what it takes to talk to a server is not needed by commands that read local files.
      const { createClient } = await import('./client.ts');
      return await createClient(await settings());
    },
    wait: withProgress,
  };
}

/** The examples below the help of a command. */
export function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}\n`;
}
