import type { Installation } from './bench.ts';
import { certificateSeries } from './certificate-series.ts';
import { clockSeries } from './clock-series.ts';
import { configSeries } from './config-series.ts';
import { crashSeries, recordPoints, threadSeries } from './crash-series.ts';
import { cutSeries } from './cut-series.ts';
import { damageSeries } from './damage-series.ts';
import { descriptorSeries } from './descriptor-series.ts';
import { drainSeries } from './drain-series.ts';
import { eventLoopSeries } from './event-loop-series.ts';
import { firstStartCalls, firstStartSeries, presetSeries } from './first-start-series.ts';
import { fullDiskSeries } from './full-disk-series.ts';
import { blobOperations, uploadInParts } from './operation/blob.ts';
import { identityOperations } from './operation/identity.ts';
import { logSeries } from './log-series.ts';
import type { Operation } from './operation/operation.ts';
import { versionOperations } from './operation/version.ts';
import { blobPowerSeries, databasePowerSeries } from './power-series.ts';
import type { Series } from './series.ts';
import { taskSeries } from './task-series.ts';
import { straceSeries, writingCalls } from './strace-series.ts';

export const allOperations: readonly Operation[] = [
  ...blobOperations,
  ...versionOperations,
  ...identityOperations,
];

/** Those that take every way into the stores; the others take the same ones. */
const straced = named(
  'upload in one request',
  'upload in chunks',
  'upload that goes on where it was',
  'push of an image',
  'publication of a Terraform module',
  'push of a Bicep module',
  'revocation',
  'deletion of a version',
  'creation of a token',
  'mount',
);

function named(...names: readonly string[]): Operation[] {
  return names.map((name) => allOperations.find((operation) => operation.name === name)!);
}

/** Every fault that needs nothing but the server. */
export function crashPlan(): Series[] {
  return [
    ...crashSeries('F-01', blobOperations),
    ...crashSeries('F-02', [...versionOperations, ...identityOperations]),
    ...firstStartSeries('F-02'),
    ...presetSeries('F-02'),
    ...threadSeries(
      'F-17',
      named(
        'upload in one request',
        'publication of a Terraform module',
        'revocation',
        'creation of a token',
      ),
    ),
    ...taskSeries,
  ];
}

/** Points between a staging file and its name; in a bucket there is one moment. */
const inFiles = new Set(['blob.folder-made', 'blob.synced', 'blob.renamed', 'blob.named', 'blob.twin-found']);

function inBucket(operation: Operation): Operation {
  const points = operation.points.filter((point) => !inFiles.has(point));
  const stores = operation.points.includes('blob.renamed');
  return { ...operation, points: [...points, ...(stores ? ['object.stored' as const] : [])] };
}

export const secondStoreOperations: readonly Operation[] = [...allOperations.map(inBucket), uploadInParts];

/** The same crashes with metadata on PostgreSQL and blobs in a bucket. */
export function secondStorePlan(): Series[] {
  const blobs = [...blobOperations.map(inBucket), uploadInParts];
  const others = [...versionOperations, ...identityOperations].map(inBucket);
  return [
    ...crashSeries('F-01', blobs, recordPoints),
    ...crashSeries('F-02', others, recordPoints),
    cutSeries,
    drainSeries,
  ].map((series) => ({ ...series, what: `${series.what}, PostgreSQL and S3` }));
}

/** Faults of the world around: the disk, the clients, the clock, whoever operates it. */
export function worldPlan(installation: Installation, hasSmallDisk: boolean): Series[] {
  return [
    ...(hasSmallDisk ? [fullDiskSeries(installation)] : []),
    descriptorSeries,
    cutSeries,
    clockSeries,
    damageSeries,
    drainSeries,
    ...eventLoopSeries,
    blobPowerSeries,
    certificateSeries,
    logSeries,
    configSeries,
  ];
}

/** Every fault that strace injects. */
export function stracePlan(strace: string): Series[] {
  const blobs = straced.filter((operation) => blobOperations.includes(operation));
  const others = straced.filter((operation) => !blobOperations.includes(operation));
  const kill = { calls: writingCalls, effect: 'signal=KILL', answers: [] };
  const sync = ['fsync', 'fdatasync'];
  const place = ['openat', 'pwrite64', 'pwritev', 'mkdir', 'ftruncate', 'rename'];
  const few = named('upload in chunks', 'publication of a Terraform module', 'creation of a token');
  // Without mkdir in F-05: Node shows another error of it than that of the system.
  return [
    databasePowerSeries(strace),
    ...straceSeries(strace, { fault: 'F-01', ...kill }, blobs),
    ...straceSeries(strace, { fault: 'F-02', ...kill }, others),
    ...firstStartCalls(
      strace,
      'F-02',
      ['fsync', 'fdatasync', 'rename', 'write', 'pwrite64', 'unlink', 'mkdir'],
      'signal=KILL',
    ),
    ...straceSeries(strace, { fault: 'F-04', calls: place, effect: 'error=ENOSPC', answers: [507] }, few),
    ...straceSeries(
      strace,
      {
        fault: 'F-05',
        calls: [...sync, ...place.filter((call) => call !== 'mkdir'), 'unlink'],
        effect: 'error=EIO',
        answers: [503],
      },
      few,
    ),
    ...straceSeries(
      strace,
      { fault: 'F-06', calls: ['openat'], effect: 'error=EMFILE', answers: [503] },
      few,
    ),
  ];
}
