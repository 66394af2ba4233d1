import type { Clock } from '../gateway/clock.ts';
import type { MetadataStore } from '../store/metadata/index.ts';

/** Counts downloads in memory and writes them down now and then: a counter must not cost a commit per download. */
export interface Usage {
  countDownload(repository: string, version: string): void;
  flush(): Promise<void>;
}

export function createUsage(metadata: MetadataStore, clock: Clock): Usage {
  const counts = new Map<string, { repository: string; version: string; day: string; count: number }>();
  return {
    countDownload(repository, version) {
      const day = new Date(clock.now()).toISOString().slice(0, 10);
      const key = `${repository}@${version} ${day}`;
      const entry = counts.get(key) ?? { repository, version, day, count: 0 };
      entry.count += 1;
      counts.set(key, entry);
    },
    async flush() {
      if (counts.size === 0) return;
      const downloads = [...counts.values()];
      counts.clear();
      await metadata.command.recordDownloads({ downloads });
    },
  };
}
