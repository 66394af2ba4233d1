import { Argument, Command, Option } from 'commander';

import { contextOf, type Context, examples } from '../context.ts';
import type { Output } from '../output.ts';
import { bicepRecipe } from '../setup/bicep.ts';
import { dockerRecipe } from '../setup/docker.ts';
import { readSetupInput, unknownCa, unknownCaNote } from '../setup/input.ts';
import type { DropIn, Recipe, SetupInput } from '../setup/recipe.ts';
import { exportLine } from '../setup/shell.ts';
import { terraformRecipe } from '../setup/terraform.ts';
import { vscodeRecipe } from '../setup/vscode.ts';
import { type WrittenFile, writePlannedFile } from '../setup/write-file.ts';

const recipes = {
  terraform: (input: SetupInput) => terraformRecipe('terraform', input),
  opentofu: (input: SetupInput) => terraformRecipe('opentofu', input),
  bicep: bicepRecipe,
  docker: dockerRecipe,
  vscode: vscodeRecipe,
} as const;

type ClientName = keyof typeof recipes;

interface SetupOptions {
  readonly write?: true;
  readonly showToken?: true;
  readonly dropIn: DropIn;
}

export function setupCommand(): Command {
  return new Command('setup')
    .description('Print or write the configuration of a client for this server')
    .addArgument(new Argument('<client>', 'which client').choices(Object.keys(recipes)))
    .option('--write', 'write it; what is there stays, and is kept as a copy')
    .option('--show-token', 'show the token in what is printed')
    .addOption(
      new Option(
        '--drop-in <how>',
        'also answer for the public registry, so that sources without host come from here: public modules, and ' +
          'providers from the public registry; with the token and no providers; or off',
      )
        .choices(['public', 'token', 'off'])
        .default('off'),
    )
    .addHelpText(
      'after',
      examples(
        'ashlar setup terraform --write',
        'ashlar setup terraform --show-token > ci.tfrc',
        'ashlar setup terraform --drop-in public --write   sources such as Azure/naming/azurerm come from here',
        'ashlar setup opentofu --write --url https://modules.contoso.example',
        'ashlar setup bicep --write                        in the folder of your Bicep files',
        'ashlar setup docker',
      ),
    )
    .action(async (name: ClientName, options: SetupOptions, command: Command) => {
      const context = contextOf(command);
      const client = await context.client();
      const status = await context.wait('Asking the server', client.call('Status', '/status'));
      const { dropIn, showToken = false, write: isWriting = false } = options;
      const input = await readSetupInput(client, status, { dropIn, showToken, isWriting });
      const recipe = recipes[name](input);
      if (options.write) await write(context, name, recipe);
      else print(context, name, recipe);
      if (client.settings.token !== undefined && status.caller.scopes.includes('manage:*')) {
        warnAboutAdminToken(context.output, name, options);
      }
    });
}

/** What belongs into a file, or is run, on standard output; the rest beside it. */
function print({ output }: Context, client: ClientName, recipe: Recipe): void {
  const [file] = recipe.files;
  const shown = file?.shown || recipe.commands.join('\n');
  const files = recipe.files.flatMap(({ path, shown: content }) =>
    content === '' ? [] : [{ path, content }],
  );
  const data = { client, files, ...rest(recipe) };
  if (file?.shown) output.note(output.dim(`# ${file.path}`));
  output.result(data, () => [shown]);
  for (const line of furtherLines(recipe, shown !== recipe.commands.join('\n'))) output.note(line);
}

async function write({ output }: Context, client: ClientName, recipe: Recipe): Promise<void> {
  const files: WrittenFile[] = [];
  for (const file of recipe.files) files.push(await writePlannedFile(file));
  const hasNothing = files.length === 0;
  output.result({ client, files, ...rest(recipe) }, () => [
    ...files.map(
      ({ path, status, backup }) => `${status} ${path}${backup === undefined ? '' : ` (before: ${backup})`}`,
    ),
    ...(hasNothing ? ['Nothing was written: sign in first, with ashlar login.'] : []),
  ]);
  // The docker configuration that was written stands for the sign-in.
  for (const line of furtherLines(recipe, client !== 'docker')) output.note(line);
}

function rest({ environment, commands, notes }: Recipe) {
  return { environment: Object.fromEntries(environment), commands, notes };
}

function furtherLines({ environment, commands, notes }: Recipe, withCommands: boolean): string[] {
  const lines = [
    ...environment.map(([name, value]) => exportLine(name, value)),
    ...(withCommands ? commands : []),
  ];
  const hasUnknownCa = environment.some(([, value]) => value === unknownCa);
  return [
    ...(lines.length === 0 ? [] : ['', 'In the shell:', ...lines.map((line) => `  ${line}`)]),
    ...(hasUnknownCa ? [`  # ${unknownCaNote}`] : []),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ];
}

/** The configuration of a client is copied, printed and backed up; an admin token should not be in it. */
function warnAboutAdminToken(
  output: Output,
  client: ClientName,
  { write: isWriting, showToken }: SetupOptions,
): void {
  const holdsToken = client !== 'bicep' && client !== 'vscode' && (isWriting || showToken);
  if (!holdsToken) return;
  output.warn(
    `That is an admin token. Better one that only reads: ASHLAR_TOKEN=$(ashlar token create ${client} --scope 'read:*') ashlar setup ${client} --write`,
  );
}
