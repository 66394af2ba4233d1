import { Counter, Gauge, type Registry as MetricsRegistry } from 'prom-client';

import type { BlobUsage } from '../store/blob/index.ts';
import type { StoreCheck } from './store-health.ts';

/** Where values come from that are read when somebody asks; each is set once its part of the server runs. */
export interface Sources {
  /** Milliseconds since 1970; undefined without https. */
  certificateExpiry?: () => number | undefined;
  droppedLogLines?: () => number;
  blobUsage?: () => Promise<BlobUsage | undefined>;
  storeChecks?: () => Promise<readonly StoreCheck[]>;
}

/** Metrics that are read rather than counted. What cannot be read is left out; it must not cost all the others. */
export function gaugesOf(sources: Sources, registry: MetricsRegistry): void {
  new Gauge({
    name: 'ashlar_certificate_expiry_timestamp_seconds',
    help: 'When the certificate of the https listener ends, in seconds since 1970; absent without https',
    registers: [registry],
    collect() {
      setOrRemove(this, seconds(sources.certificateExpiry?.()));
    },
  });
  new Counter({
    name: 'ashlar_log_lines_dropped_total',
    help: 'Log lines that were thrown away because nobody read them, or their disk was full',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(sources.droppedLogLines?.() ?? 0);
    },
  });
  storeGauges(sources, registry);
}

function storeGauges(sources: Sources, registry: MetricsRegistry): void {
  new Gauge({
    name: 'ashlar_store_available',
    help: 'Whether a store can be read or written right now: 1 or 0',
    labelNames: ['store', 'operation'] as const,
    registers: [registry],
    async collect() {
      const checks = await sources.storeChecks?.();
      for (const { store, operation, problem } of checks ?? [])
        this.set({ store, operation }, problem === undefined ? 1 : 0);
    },
  });
  let usage: Promise<BlobUsage | undefined> | undefined;
  const used = async () => await (usage ??= readUsage());
  async function readUsage(): Promise<BlobUsage | undefined> {
    try {
      return await sources.blobUsage?.();
    } catch {
      return undefined;
    } finally {
      usage = undefined;
    }
  }
  const gauge = (name: string, help: string, value: (usage: BlobUsage) => number | undefined) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        const found = await used();
        setOrRemove(this, found && value(found));
      },
    });
  gauge(
    'ashlar_uploads_open',
    'Uploads that were begun and neither finished nor dropped',
    (u) => u.openUploads,
  );
  gauge(
    'ashlar_disk_free_bytes',
    'Bytes that the server may still write to the disk of the blobs',
    (u) => u.freeBytes,
  );
  gauge('ashlar_disk_size_bytes', 'Size of the disk of the blobs', (u) => u.totalBytes);
}

function setOrRemove(gauge: Gauge, value: number | undefined): void {
  if (value === undefined) gauge.remove();
  else gauge.set(value);
}

function seconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : milliseconds / 1000;
}
