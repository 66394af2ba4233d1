import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';

import { commandList } from './command-list.ts';

describe.each(commandList)('$name', ({ name, summary, load }) => {
  it('is listed as it describes itself', async () => {
    const command = await load();

    expect([command.name(), command.description()]).toEqual([name, summary]);
  });

  it('has examples in the help of every command', async () => {
    const without = (await withChildren(load)).filter((command) => !helpOf(command).includes('Examples:\n'));

    expect(without.map((command) => command.name())).toEqual([]);
  });
});

async function withChildren(load: () => Promise<Command>): Promise<Command[]> {
  const command = await load();
  return [command, ...command.commands];
}

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => void (text += part) }).outputHelp();
  return text;
}
