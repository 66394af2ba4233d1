import type { Restored } from '@ashlar/registry/maintenance';
import { Command } from 'commander';

import { usageError } from '../cli-error.ts';
import { contextOf, examples } from '../context.ts';
import { formatSize } from '../table.ts';

interface RestoreFlags {
  readonly data?: string;
  readonly snapshot?: string;
  readonly at?: string;
  readonly replace?: true;
  readonly partial?: true;
  readonly check?: true;
}

/** `ashlar restore`: a data folder from a backup, for a server that is stopped. */
export function restoreCommand(): Command {
  return new Command('restore')
    .description('Make a data folder of a backup, or set one back; the server must be stopped')
    .argument('<folder>', 'the backup')
    .option('--data <folder>', 'data folder to make (ASHLAR_DATA, default ./ashlar-data)')
    .option('--snapshot <name>', 'the newest one unless told')
    .option('--at <time>', 'the newest snapshot that is not younger, for example 2026-08-21T10:00:00Z')
    .option('--replace', 'set a data folder that holds a registry back; what it had is put aside')
    .option('--partial', 'go on although some bytes are damaged or missing in the backup')
    .option('--check', 'hash the whole backup and restore nothing')
    .addHelpText(
      'after',
      examples(
        'ashlar restore /var/backups/ashlar --data /srv/ashlar',
        'ashlar restore /var/backups/ashlar --data /srv/ashlar --replace --at 2026-08-21T10:00:00Z',
        'ashlar restore /var/backups/ashlar --check',
        'ashlar serve --data /srv/ashlar --read-only yes',
      ) + '\nEverything is hashed on its way. Exit code 1 when bytes are damaged or missing.\n',
    )
    .action(async (folder: string, flags: RestoreFlags, command: Command) => {
      if (flags.check) await check(folder, flags, command);
      else await restore(folder, flags, command);
    });
}

async function restore(from: string, flags: RestoreFlags, command: Command): Promise<void> {
  const { output, wait } = contextOf(command);
  const { restore: run } = await import('@ashlar/registry/maintenance');
  const data = flags.data ?? (process.env['ASHLAR_DATA'] || './ashlar-data');
  const restored = await wait(
    'Restoring',
    run({
      ...(await choiceOf(from, flags)),
      data,
      replace: flags.replace ?? false,
      partial: flags.partial ?? false,
    }),
  );
  output.result({ data, ...restored }, () => lines(data, restored));
  if (restored.damaged.length + restored.missing.length > 0) process.exitCode = 1;
}

async function check(from: string, flags: RestoreFlags, command: Command): Promise<void> {
  const { output, wait } = contextOf(command);
  const { checkBackup } = await import('@ashlar/registry/maintenance');
  const found = await wait('Checking', checkBackup(await choiceOf(from, flags)));
  const isWhole = found.damaged.length + found.missing.length === 0;
  output.result(found, () => [
    `Snapshot ${found.snapshot}: ${found.checked} blobs, ${isWhole ? 'all whole.' : 'not all whole.'}`,
    ...listed('damaged', found.damaged),
    ...listed('missing', found.missing),
  ]);
  if (!isWhole) process.exitCode = 1;
}

async function choiceOf(from: string, { snapshot, at }: RestoreFlags) {
  const { systemClock } = await import('@ashlar/registry/gateway/clock');
  const time = at === undefined ? undefined : Date.parse(at);
  if (Number.isNaN(time)) throw await usageError(`"${at}" is not a time. Write --at 2026-08-21T10:00:00Z.`);
  return { from, snapshot, at: time, clock: systemClock };
}

function lines(data: string, restored: Restored): string[] {
  const { snapshot, rows, copied, bytes, present, damaged, missing, replaced } = restored;
  return [
    `Restored ${data} to ${snapshot}.`,
    `${rows} rows; blobs: ${copied}, ${formatSize(bytes)}, restored and verified; ${present} were there and whole.`,
    ...(replaced === undefined ? [] : [`The metadata from before lie in ${replaced}.`]),
    ...listed('damaged in the backup', damaged),
    ...listed('missing in the backup', missing),
  ];
}

function listed(what: string, digests: readonly string[]): string[] {
  return digests.length === 0
    ? []
    : ['', `${digests.length} ${what}:`, ...digests.map((digest) => `  ${digest}`)];
}
