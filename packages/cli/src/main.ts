import { Command, CommanderError } from 'commander';

import manifest from '../package.json' with { type: 'json' };

import { commandList, type ListedCommand } from './command-list.ts';

/** Runs the command line; the exit code is in `process.exitCode`. */
export async function main(args: readonly string[]): Promise<void> {
  endQuietlyOnClosedPipe();
  try {
    const program = await buildProgram(args);
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(withoutLostHelp(args), { from: 'user' });
  } catch (error) {
    // Help and version are outcomes that commander throws.
    if (error instanceof CommanderError && error.exitCode === 0) return;
    await reportFailure(error, args);
  }
}

/** The program with the one command that `args` name; the others are there by name only. */
export async function buildProgram(args: readonly string[]): Promise<Command> {
  const program = globalOptions(new Command('ashlar'))
    .description('A self-hosted registry of verified infrastructure modules.')
    .usage('<command> [options]')
    .version(manifest.version, '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .configureHelp({ showGlobalOptions: true })
    // The one place that prints errors is reportFailure.
    .configureOutput({ outputError: () => {} })
    .exitOverride()
    .addHelpText('after', help);
  const named = namedCommand(args);
  for (const listed of commandList) {
    const command = listed.name === named ? await listed.load() : placeholder(listed);
    adopt(program, command);
    program.addCommand(command);
  }
  return program;
}

const help = `
Examples:
  ashlar serve                                       run a registry in ./ashlar-data
  ashlar login http://127.0.0.1:8484                 sign in
  ashlar publish . terraform/contoso/network/azurerm@1.2.0
  ashlar setup terraform --write                     connect a client
  ashlar doctor                                      find out why something does not work

Exit codes: 0 fine, 1 findings or refused, 2 wrong use, 3 not allowed, 4 network or upstream, 5 internal,
130 interrupted.
`;

function globalOptions(command: Command): Command {
  return command
    .option('--url <url>', 'server to talk to (ASHLAR_URL, else the one of ashlar login)')
    .option('--ca <file>', 'certificate authority of the server (ASHLAR_CA, SSL_CERT_FILE)')
    .option('--json', 'print one JSON document')
    .option('--no-color', 'print without colour (NO_COLOR)');
}

/** Which command the arguments name, also behind global options and `help`. */
function namedCommand(args: readonly string[]): string | undefined {
  const probe = globalOptions(new Command()).allowUnknownOption();
  const { operands } = probe.parseOptions([...args]);
  return operands[0] === 'help' ? operands[1] : operands[0];
}

/** `help shw` and `shw --help` are told that there is no such command; commander would show the help of all. */
function withoutLostHelp(args: readonly string[]): readonly string[] {
  const named = namedCommand(args);
  const isKnown = named === undefined || commandList.some(({ name }) => name === named);
  const asksForHelp = args.some((arg) => ['help', '-h', '--help'].includes(arg));
  return asksForHelp && !isKnown ? [named] : args;
}

function placeholder({ name, summary }: ListedCommand): Command {
  return new Command(name).description(summary);
}

function adopt(parent: Command, command: Command): void {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) adopt(command, child);
}

/** The only place where a command that failed says so. */
async function reportFailure(error: unknown, args: readonly string[]): Promise<void> {
  const [{ failureOf }, { createOutput }] = await Promise.all([
    import('./failure.ts'),
    import('./output.ts'),
  ]);
  const { code, message, exit } = await failureOf(error);
  process.exitCode = exit;
  const end = args.indexOf('--');
  const given = end < 0 ? args : args.slice(0, end);
  const output = createOutput({ json: given.includes('--json'), color: !given.includes('--no-color') });
  if (output.json) {
    output.result({ error: { code, message } }, () => []);
  } else if (exit === 130) {
    process.stderr.write('\n');
  } else {
    output.fail(code, message);
  }
}

/** `ashlar list | head -1` closes the pipe early. */
function endQuietlyOnClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exitCode = 0;
  });
}
