import type { Command } from 'commander';

/** A command as `ashlar --help` knows it; its code is loaded when it runs. */
export interface ListedCommand {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

export const commandList: readonly ListedCommand[] = [
  {
    name: 'serve',
    summary: 'Run the registry',
    load: async () => (await import('./command/serve.ts')).serveCommand(),
  },
  {
    name: 'publish',
    summary: 'Publish a module folder as a version',
    load: async () => (await import('./command/publish.ts')).publishCommand(),
  },
  {
    name: 'list',
    summary: 'List or search modules',
    load: async () => (await import('./command/list.ts')).listCommand(),
  },
  {
    name: 'show',
    summary: 'Show a module or one version of it',
    load: async () => (await import('./command/show.ts')).showCommand(),
  },
  {
    name: 'inspect',
    summary: 'Show inputs, outputs and footprint of a module',
    load: async () => (await import('./command/inspect.ts')).inspectCommand(),
  },
  {
    name: 'diff',
    summary: 'Show what changed between two versions of a module, and which version number that deserves',
    load: async () => (await import('./command/diff.ts')).diffCommand(),
  },
  {
    name: 'docs',
    summary: 'Write inputs, outputs and resources of a module into its README',
    load: async () => (await import('./command/docs.ts')).docsCommand(),
  },
  {
    name: 'deprecate',
    summary: 'Deprecate a version: it works on, and clients are told',
    load: async () => (await import('./command/deprecate.ts')).deprecateCommand(),
  },
  {
    name: 'revoke',
    summary: 'Revoke a version: no client gets it any more',
    load: async () => (await import('./command/revoke.ts')).revokeCommand(),
  },
  {
    name: 'reinstate',
    summary: 'Take back a deprecation or revocation',
    load: async () => (await import('./command/reinstate.ts')).reinstateCommand(),
  },
  {
    name: 'namespace',
    summary: 'Create, list, change and delete namespaces',
    load: async () => (await import('./command/namespace.ts')).namespaceCommand(),
  },
  {
    name: 'token',
    summary: 'Create, list and revoke tokens',
    load: async () => (await import('./command/token.ts')).tokenCommand(),
  },
  {
    name: 'gc',
    summary: 'Remove stored content that nobody can reach',
    load: async () => (await import('./command/gc.ts')).gcCommand(),
  },
  {
    name: 'scrub',
    summary: 'Read and hash everything that is stored, and report what is damaged or missing',
    load: async () => (await import('./command/scrub.ts')).scrubCommand(),
  },
  {
    name: 'backup',
    summary: 'Copy everything to a folder on the machine of the server, while it goes on',
    load: async () => (await import('./command/backup.ts')).backupCommand(),
  },
  {
    name: 'restore',
    summary: 'Make a data folder of a backup, or set one back; the server must be stopped',
    load: async () => (await import('./command/restore.ts')).restoreCommand(),
  },
  {
    name: 'migrate-store',
    summary: 'Move metadata or content to PostgreSQL or S3, or back; the server must be stopped',
    load: async () => (await import('./command/migrate-store.ts')).migrateStoreCommand(),
  },
  {
    name: 'login',
    summary: 'Store a token for a server',
    load: async () => (await import('./command/login.ts')).loginCommand(),
  },
  {
    name: 'logout',
    summary: 'Forget the token of a server',
    load: async () => (await import('./command/logout.ts')).logoutCommand(),
  },
  {
    name: 'setup',
    summary: 'Print or write the configuration of a client for this server',
    load: async () => (await import('./command/setup.ts')).setupCommand(),
  },
  {
    name: 'doctor',
    summary: 'Check server, sign-in and clients, and name the fix for what fails',
    load: async () => (await import('./command/doctor.ts')).doctorCommand(),
  },
];
