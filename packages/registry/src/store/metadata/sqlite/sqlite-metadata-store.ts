import type { MetadataStore } from '../metadata-store.ts';
import { startLastingWriter } from './lasting-writer.ts';

/**
 * Opens, and on first use creates, the metadata database in one SQLite file.
 * @throws ASH-DATA-FORMAT when a newer program wrote it.
 */
export async function openSqliteMetadataStore(path: string): Promise<MetadataStore> {
  // The writer loads and migrates in its own thread; what this one needs is loaded meanwhile.
  const [writer, { openReader }, { openSnapshot }, { bindQueries }, { bindCommands }] = await Promise.all([
    startLastingWriter(path),
    import('./connection.ts'),
    import('./snapshot.ts'),
    import('../query/index.ts'),
    import('../command/index.ts'),
  ]);
  const reader = openReader(path);
  return {
    query: bindQueries(() => reader.db),
    command: bindCommands(async (name, input) => await writer.run(name, input)),
    snapshot: async () => await openSnapshot(path),
    async close() {
      await writer.close();
      await reader.db.destroy();
    },
  };
}
