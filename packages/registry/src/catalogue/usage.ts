import type { Clock } from '../gateway/clock.ts';
import type { DownloadCount, MetadataStore } from '../store/metadata/index.ts';

/** Counters in memory, one for each version and day: what an outage of the database may gather. */
const maxCounters = 100_000;
/** Counters in one command: others want to write too. */
const flushSize = 500;

/**
 * Counts downloads in memory and writes them down now and then: a counter must not cost a commit per download. While
 * that is not possible they stay in memory.
 */
export interface Usage {
  countDownload(repository: string, version: string): void;
  flush(): Promise<void>;
}

export function createUsage(metadata: MetadataStore, clock: Clock): Usage {
  const counts = new Map<string, DownloadCount>();
  const add = (download: DownloadCount) => {
    const key = keyOf(download);
    if (counts.size >= maxCounters && !counts.has(key)) return;
    counts.set(key, { ...download, count: download.count + (counts.get(key)?.count ?? 0) });
  };
  return {
    countDownload(repository, version) {
      add({ repository, version, day: new Date(clock.now()).toISOString().slice(0, 10), count: 1 });
    },
    async flush() {
      const keys = [...counts.keys()];
      for (let start = 0; start < keys.length; start += flushSize) {
        const downloads = keys.slice(start, start + flushSize).map((key) => counts.get(key)!);
        for (const download of downloads) counts.delete(keyOf(download));
        try {
          await metadata.command.recordDownloads({ downloads });
        } catch (error) {
          for (const download of downloads) add(download);
          throw error;
        }
      }
    },
  };
}

function keyOf({ repository, version, day }: DownloadCount): string {
  return `${repository}@${version} ${day}`;
}
