import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

import { run, type RunOptions, type RunResult } from '../support/run.ts';

const bin = resolve(import.meta.dirname, '../../packages/cli/bin/ashlar.js');

/** A folder that the command runs in, with an empty home. */
export interface Workplace {
  readonly path: string;
  write(files: Readonly<Record<string, string | Uint8Array>>): void;
  ashlar(args: readonly string[], env?: RunOptions['env']): Promise<RunResult>;
  remove(): void;
}

export function workplace(): Workplace {
  const path = mkdtempSync(join(tmpdir(), 'ashlar-inspect-'));
  const home = join(path, '.home');
  mkdirSync(home);
  return {
    path,
    write(files) {
      for (const [name, content] of Object.entries(files)) {
        mkdirSync(dirname(join(path, name)), { recursive: true });
        writeFileSync(join(path, name), content);
      }
    },
    ashlar: async (args, env) =>
      await run(process.execPath, [bin, ...args], {
        cwd: path,
        env: { HOME: home, XDG_CONFIG_HOME: undefined, SSL_CERT_FILE: undefined, ...env },
      }),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

export const vaultBicep = `metadata name = 'Vaults'

@description('Required. Name of the vault.')
param name string

@description('Optional. Where it is.')
param location string = resourceGroup().location

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
}

@description('The id.')
output resourceId string = vault.id
`;

/** What a compiler makes of it, in short. */
export const vaultTemplate = JSON.stringify({
  $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
  languageVersion: '2.0',
  contentVersion: '1.0.0.0',
  metadata: { name: 'Vaults' },
  parameters: {
    name: { type: 'string', metadata: { description: 'Required. Name of the vault.' } },
    location: {
      type: 'string',
      defaultValue: '[resourceGroup().location]',
      metadata: { description: 'Optional. Where it is.' },
    },
  },
  resources: {
    vault: {
      type: 'Microsoft.KeyVault/vaults',
      apiVersion: '2024-11-01',
      name: "[parameters('name')]",
      location: "[parameters('location')]",
    },
  },
  outputs: {
    resourceId: {
      type: 'string',
      metadata: { description: 'The id.' },
      value: "[resourceId('Microsoft.KeyVault/vaults', parameters('name'))]",
    },
  },
});

export const networkTerraform = `variable "name" {
  type        = string
  description = "Name of the network."
}

variable "size" {
  type    = number
  default = 24
}

resource "azurerm_virtual_network" "this" {
  name = var.name
}

output "id" {
  value       = azurerm_virtual_network.this.id
  description = "The id."
}
`;
