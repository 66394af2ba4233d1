import type { Clock } from '../gateway/clock.ts';
import type { DownloadCount, MetadataStore } from '../store/metadata/index.ts';

/** Counts downloads in memory and writes them down now and then: a counter must not cost a commit per download. */
export interface Usage {
  countDownload(repository: string, version: string): void;
  flush(): Promise<void>;
}

export function createUsage(metadata: MetadataStore, clock: Clock): Usage {
  const counts = new Map<string, DownloadCount>();
  const add = (download: DownloadCount) => {
    const key = `${download.repository}@${download.version} ${download.day}`;
    counts.set(key, { ...download, count: download.count + (counts.get(key)?.count ?? 0) });
  };
  return {
    countDownload(repository, version) {
      add({ repository, version, day: new Date(clock.now()).toISOString().slice(0, 10), count: 1 });
    },
    async flush() {
      if (counts.size === 0) return;
      const downloads = [...counts.values()];
      counts.clear();
      try {
        await metadata.command.recordDownloads({ downloads });
      } catch (error) {
        for (const download of downloads) add(download);
        throw error;
      }
    },
  };
}
