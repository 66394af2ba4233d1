import { join } from 'node:path';

import { bicepEnvironment } from './bicep.ts';
import { setJsonc } from './jsonc.ts';
import type { PlannedFile, Recipe, SetupInput } from './recipe.ts';

const platforms: Readonly<Record<string, string>> = { darwin: 'osx', win32: 'windows' };

/** The Bicep extension has no setting for trust: it takes the environment that VS Code was started with. */
export function vscodeRecipe(input: SetupInput): Recipe {
  const environment = bicepEnvironment(input);
  return {
    files: [settingsFile(input, environment)],
    environment,
    commands: ['code .'],
    notes: [
      'The settings reach the terminals of VS Code; the Bicep extension itself takes the environment of the shell that starts it. Close all windows first.',
      'In a dev container put the variables into "remoteEnv" of devcontainer.json.',
      'The alias comes from bicepconfig.json: ashlar setup bicep --write',
    ],
  };
}

function settingsFile({ cwd }: SetupInput, environment: readonly (readonly [string, string])[]): PlannedFile {
  const key = `terminal.integrated.env.${platforms[process.platform] ?? 'linux'}`;
  const edit = (text: string) =>
    environment.reduce((done, [name, value]) => setJsonc(done, [key, name], value), text);
  return { path: join(cwd, '.vscode', 'settings.json'), shown: edit('').trimEnd(), isSecret: false, edit };
}
