import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { ociClient, type Send } from '../oci/client.ts';
import { bytesOf, descriptor, digestOf, imageManifest, manifestOf } from '../oci/content.ts';
import type { TestServer } from '../support/server.ts';
import { runTask } from './task.ts';

/** Seconds: many times as long as one push takes here. */
const grace = 5;

export interface SoakFigures {
  readonly pushes: number;
  readonly deletions: number;
  readonly collections: number;
  /** Blobs that the collector removed. */
  readonly collected: number;
  /** Each is a sentence; none is the aim. */
  readonly violations: string[];
  /** Stored blobs that nothing names, after everything was still and collected. */
  readonly orphans: number;
}

interface Pushed {
  readonly repository: string;
  readonly manifest: string;
  readonly blobs: readonly string[];
}

/**
 * P10: two uploaders and two deleters share a few repositories and a few layers, while the collector runs every second.
 * Whatever was acknowledged is pulled at once and, when nobody deleted it, again at the end.
 */
export async function soakCollector(server: TestServer, seconds: number, seed: number): Promise<SoakFigures> {
  const { send } = ociClient(server, { token: server.admin });
  const random = numbers(seed);
  const alive: Pushed[] = [];
  const figures = { pushes: 0, deletions: 0, collections: 0, collected: 0, violations: [] as string[] };
  const end = Date.now() + seconds * 1000;
  const until = async (work: () => Promise<void>, pause: number) => {
    while (Date.now() < end) {
      await work();
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  };

  const upload = async () => {
    const pushed = await push(send, random, figures.violations, figures.pushes);
    if (pushed === undefined) return;
    figures.pushes++;
    await check(send, pushed, figures.violations);
    alive.push(pushed);
  };
  const remove = async () => {
    if (alive.length < 5) return;
    const [gone] = alive.splice(random(alive.length), 1);
    const answer = await send('DELETE', `/v2/${gone!.repository}/manifests/${gone!.manifest}`);
    // Two pushes may have made the same manifest.
    if (answer.status !== 202 && answer.status !== 404) figures.violations.push(`delete: ${answer.text}`);
    figures.deletions++;
    for (let n = alive.length - 1; n >= 0; n--) if (alive[n]!.manifest === gone!.manifest) alive.splice(n, 1);
  };
  const collect = async () => {
    const task = await runTask(server, 'gc', { grace });
    if (task.state !== 'done') figures.violations.push(`gc: ${JSON.stringify(task)}`);
    figures.collections++;
    figures.collected += task.figures.blobs;
  };

  await Promise.all([
    until(upload, 0),
    until(upload, 0),
    until(remove, 5),
    until(remove, 5),
    until(collect, 1000),
  ]);
  for (const pushed of alive) await check(send, pushed, figures.violations);
  return { ...figures, orphans: await countOrphans(server, alive, send) };
}

/** A push as clients do it: what is there is not sent again. */
async function push(
  send: Send,
  random: (below: number) => number,
  violations: string[],
  serial: number,
): Promise<Pushed | undefined> {
  const kind = ['contoso/one', 'contoso/two'][random(2)]!;
  const layers = [bytesOf(1000 + random(4000), `own ${serial} ${random(1_000_000)}`)];
  // Shared ones come and go with the last manifest that names them.
  for (let n = 0; n < 3; n++) layers.push(bytesOf(2000, `shared ${random(6)}`));
  for (const layer of ['{}', ...layers]) {
    const problem = await ensureBlob(send, kind, Buffer.from(layer), random);
    if (problem !== undefined) violations.push(problem);
  }
  const body = manifestOf({ layers: layers.map((layer) => descriptor(layer, 'application/octet-stream')) });
  const answer = await send('PUT', `/v2/${kind}/manifests/${digestOf(body)}`, {
    headers: { 'content-type': imageManifest },
    body,
  });
  if (answer.status === 201) {
    return { repository: kind, manifest: digestOf(body), blobs: layers.map((layer) => digestOf(layer)) };
  }
  violations.push(`push: ${answer.status} ${answer.text}`);
  return undefined;
}

async function ensureBlob(
  send: Send,
  repository: string,
  bytes: Buffer,
  random: (below: number) => number,
): Promise<string | undefined> {
  const digest = digestOf(bytes);
  if ((await send('HEAD', `/v2/${repository}/blobs/${digest}`)).status === 200) return undefined;
  const mount =
    random(2) === 0 ? `mount=${digest}&from=contoso/${repository.endsWith('one') ? 'two' : 'one'}` : '';
  const started = await send('POST', `/v2/${repository}/blobs/uploads/?${mount}`);
  if (started.status === 201) return undefined;
  const location = started.headers.location!.replace(/^https?:\/\/[^/]*/, '');
  const done = await send('PUT', `${location}${location.includes('?') ? '&' : '?'}digest=${digest}`, {
    body: bytes,
  });
  return done.status === 201 ? undefined : `upload: ${done.status} ${done.text}`;
}

async function check(
  send: Send,
  { repository, manifest, blobs }: Pushed,
  violations: string[],
): Promise<void> {
  const paths = [`manifests/${manifest}`, ...blobs.map((digest) => `blobs/${digest}`)];
  for (const path of paths) {
    const answer = await send('GET', `/v2/${repository}/${path}`);
    const isRight = answer.status === 200 && path.endsWith(digestOf(answer.body));
    if (!isRight) violations.push(`pull of ${path}: ${answer.status} ${answer.text.slice(0, 200)}`);
  }
}

async function countOrphans(server: TestServer, alive: readonly Pushed[], send: Send): Promise<number> {
  for (const { repository, manifest } of alive)
    await send('DELETE', `/v2/${repository}/manifests/${manifest}`);
  // The grace of the last push.
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await runTask(server, 'gc', { grace: 0 });
  const entries = await readdir(join(server.data, 'blobs'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}

/** Numbers that look random and are the same for the same seed (mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
