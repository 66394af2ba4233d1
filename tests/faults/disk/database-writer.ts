/**
 * Writes to a metadata database and says what was acknowledged: `node database-writer.ts <path> <count>`. It is recorded
 * by `database-record.ts`. Every other run of commands is closed and opened again, as by a restart.
 */
import { openSqliteMetadataStore } from '@ashlar/registry/store/metadata';
import { writeSync } from 'node:fs';

const [path, count] = process.argv.slice(2);
const total = Number(count);
/** Commands at once: they share commits. */
const together = 3;

for (let start = 0; start < total; start += total / 4) {
  const store = await openSqliteMetadataStore(path!);
  for (let first = start; first < start + total / 4; first += together) {
    await Promise.all(
      Array.from({ length: together }, async (_, i) => {
        const name = `n${first + i}`;
        await store.command.ensureSecret({ name, value: valueOf(name) });
        // One call for each: what was written is what a client has been told.
        writeSync(1, `ACK ${name}\n`);
      }),
    );
  }
  await store.close();
}

function valueOf(name: string): string {
  return name.repeat(1_000);
}
