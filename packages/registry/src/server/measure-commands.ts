import type { MetadataStore } from '../store/metadata/index.ts';
import type { Metrics } from './metrics.ts';

type Command = (input: unknown) => Promise<unknown>;

/** The same store, whose commands are counted while they run and timed. */
export function measureCommands(
  store: MetadataStore,
  { waiting, duration }: Metrics['commands'],
): MetadataStore {
  const measured = Object.entries(store.command).map(([name, command]) => [
    name,
    async (input: unknown) => {
      waiting.inc();
      const end = duration.startTimer();
      try {
        return await (command as Command)(input);
      } finally {
        end();
        waiting.dec();
      }
    },
  ]);
  return { ...store, command: Object.fromEntries(measured) as MetadataStore['command'] };
}
