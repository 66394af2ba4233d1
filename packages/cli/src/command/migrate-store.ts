import type { Migrated } from '@ashlar/registry/maintenance';
import { Command } from 'commander';

import { contextOf, examples } from '../context.ts';
import { formatSize } from '../table.ts';

interface MigrateFlags {
  readonly data?: string;
  readonly fromDatabase?: string;
  readonly fromBlobs?: string;
  readonly database?: string;
  readonly blobs?: string;
}

/** `ashlar migrate-store`: to PostgreSQL and S3, and back. */
export function migrateStoreCommand(): Command {
  return new Command('migrate-store')
    .description('Move metadata or content to PostgreSQL or S3, or back; the server must be stopped')
    .option('--data <folder>', 'data folder of the server (ASHLAR_DATA, default ./ashlar-data)')
    .option('--from-database <url>', 'where the metadata are; in the data folder unless told')
    .option('--from-blobs <url>', 'where the content is; in the data folder unless told')
    .option('--database <url>', 'where the metadata shall be; in the data folder unless told')
    .option('--blobs <url>', 'where the content shall be; in the data folder unless told')
    .addHelpText(
      'after',
      examples(
        'ashlar migrate-store --data /srv/ashlar --database postgres://ashlar@db/ashlar --blobs s3://modules/ashlar',
        'ashlar migrate-store --data /srv/ashlar --from-blobs s3://modules/ashlar',
      ) +
        '\nEverything is hashed or read again. What it was moved from is left as it is. A password of the database comes\nfrom PGPASSWORD or ~/.pgpass, the credentials of S3 from where its tools find them.\n',
    )
    .action(async (flags: MigrateFlags, command: Command) => {
      const { output, wait } = contextOf(command);
      const [{ migrateStore }, { storesOf }, { systemClock }] = await Promise.all([
        import('@ashlar/registry/maintenance'),
        import('@ashlar/registry/config'),
        import('@ashlar/registry/gateway/clock'),
      ]);
      const data = flags.data ?? (process.env['ASHLAR_DATA'] || './ashlar-data');
      const migrated = await wait(
        'Moving',
        migrateStore({
          data,
          from: storesOf({ database: flags.fromDatabase, blobs: flags.fromBlobs }, '--from-'),
          to: storesOf({ database: flags.database, blobs: flags.blobs }, '--'),
          clock: systemClock,
        }),
      );
      output.result({ data, ...migrated }, () => lines(flags, migrated));
    });
}

function lines(flags: MigrateFlags, { rows, copied, bytes, present, aside }: Migrated): string[] {
  const options = [
    ...(flags.database === undefined ? [] : ['--database']),
    ...(flags.blobs === undefined ? [] : ['--blobs']),
  ];
  const how =
    options.length === 0 ? 'without --database and --blobs' : `with ${options.join(' and ')} as here`;
  return [
    `${rows} rows; blobs: ${copied} moved, ${formatSize(bytes)}, ${present} were there and whole.`,
    ...(aside === undefined ? [] : [`The metadata file from before lies in ${aside}.`]),
    `Start the server ${how}.`,
  ];
}
