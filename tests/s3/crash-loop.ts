import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { packZip } from '@ashlar/registry/intake';

import { descriptor, digestOf, imageManifest, json } from '../oci/content.ts';
import type { S3Service } from '../support/s3/service.ts';
import { type ChildServer, startChild } from './child-server.ts';

export interface CrashLoopResult {
  readonly iterations: number;
  readonly pushes: number;
  readonly acknowledged: number;
  /** Pushes that the crash cut off and that are visible: complete, as they must be. */
  readonly unheard: number;
  /** One sentence each; must be empty. */
  readonly violations: readonly string[];
}

/** Something that is pushed by several requests and is visible as a whole or not at all. */
interface Push {
  readonly name: string;
  send(server: ChildServer): Promise<boolean>;
  /** `absent`, `whole`, or what is wrong. */
  look(server: ChildServer): Promise<string>;
}

/** Pushes that run at the same time; some blobs are larger than a part. */
const pushers = 4;
const largest = 9_000_000;

/**
 * Kills the server with SIGKILL at random moments while it is pushed to, and looks after each restart: what was
 * acknowledged is there, all of it; what was not is absent or whole, and can be pushed again.
 */
export async function crashLoop(
  data: string,
  service: S3Service,
  { iterations, seed }: { readonly iterations: number; readonly seed: string },
): Promise<CrashLoopResult> {
  const random = randomOf(seed);
  const acknowledged = new Map<Push, boolean>();
  const violations: string[] = [];
  let unheard = 0;
  let recent: Push[] = [];
  for (let iteration = 0; iteration <= iterations; iteration++) {
    const server = await startChild(data, service);
    for (const push of recent) {
      const [seen, wasHeard] = [await push.look(server), acknowledged.get(push) === true];
      if (seen !== 'whole' && (wasHeard || seen !== 'absent')) {
        violations.push(
          `${iteration}: ${push.name}, ${wasHeard ? 'acknowledged' : 'not acknowledged'}: ${seen}`,
        );
      }
      if (seen === 'whole' && !wasHeard) unheard++;
      if (!wasHeard && !(await push.send(server)))
        violations.push(`${iteration}: ${push.name} cannot be pushed again`);
      const again = await push.look(server);
      if (again !== 'whole') violations.push(`${iteration}: ${push.name} after another push: ${again}`);
    }
    recent = [];
    if (iteration < iterations) {
      let heard = 0;
      const running = Array.from({ length: pushers }, async (_, pusher) => {
        for (let i = 0; ; i++) {
          const push = pushOf(`${iteration}-${pusher}-${i}`, random);
          recent.push(push);
          acknowledged.set(push, false);
          if (!(await push.send(server).catch(() => false))) return;
          acknowledged.set(push, true);
          heard++;
        }
      });
      // By what was done, not by the clock: machines differ.
      const enough = Math.floor(random() * 4);
      for (let waited = 0; heard < enough && waited < 5_000; waited += 10) await sleep(10);
      await sleep(random() * 300);
      await server.kill();
      await Promise.all(running);
    } else {
      await server.program.stop();
    }
  }
  const heard = [...acknowledged.values()].filter(Boolean).length;
  return { iterations, pushes: acknowledged.size, acknowledged: heard, unheard, violations };
}

function pushOf(name: string, random: () => number): Push {
  return random() < 0.5 ? imagePush(name, random) : modulePush(name, random);
}

function imagePush(name: string, random: () => number): Push {
  const sizes = [10, 50_000, random() < 0.15 ? largest : 200_000];
  const layers = sizes.map((size, index) => bytesOf(size, `${name} ${index}`));
  const manifest = json({
    schemaVersion: 2,
    mediaType: imageManifest,
    config: descriptor(layers[0]!, 'application/vnd.example.config'),
    layers: layers.slice(1).map((layer) => descriptor(layer, 'application/octet-stream')),
  });
  const path = `/v2/crash/image`;
  return {
    name: `image ${name}`,
    async send(server) {
      for (const layer of layers) {
        const upload = `${path}/blobs/uploads/?digest=${digestOf(layer)}`;
        const { status } = await server.request('POST', upload, layer, {
          'content-type': 'application/octet-stream',
        });
        if (status !== 201) return false;
      }
      const headers = { 'content-type': imageManifest };
      return (await server.request('PUT', `${path}/manifests/${name}`, manifest, headers)).status === 201;
    },
    async look(server) {
      const tagged = await server.request('GET', `${path}/manifests/${name}`, undefined, {
        accept: imageManifest,
      });
      if (tagged.status === 404) return 'absent';
      if (!(await hasBytes(tagged, manifest))) return `the manifest is wrong (${tagged.status})`;
      for (const layer of layers) {
        const answer = await server.request('GET', `${path}/blobs/${digestOf(layer)}`);
        if (!(await hasBytes(answer, layer))) return `a layer is wrong (${answer.status})`;
      }
      return 'whole';
    },
  };
}

/** Terraform's way: one upload, of which the server makes the blobs and the manifest. */
function modulePush(name: string, random: () => number): Push {
  const files = {
    'main.tf': `output "name" { value = "${name}" }\n`,
    'data.txt': bytesOf(random() * 300_000, name).toString('base64'),
  };
  const version = `1.0.${createHash('sha256').update(name).digest().readUInt32BE() % 1_000_000}`;
  return {
    name: `module ${version}`,
    async send(server) {
      const entries = Object.entries(files);
      const zip = await packZip(
        entries.map(([path, text]) => ({ path, executable: false, bytes: Buffer.from(text) })),
      );
      const reference = encodeURIComponent(`terraform/crash/net/azurerm@${version}`);
      const path = `/api/v1/version?ref=${reference}`;
      const { status } = await server.request('PUT', path, zip, { 'content-type': 'application/zip' });
      return status === 201 || status === 200;
    },
    async look(server) {
      const answer = await server.request('GET', `/v1/modules/crash/net/azurerm/${version}/download`);
      if (answer.status === 404) return 'absent';
      const link = new URL(answer.headers.get('x-terraform-get') ?? '', server.url);
      const archive = await fetch(link);
      const digest = digestOf(Buffer.from(await archive.arrayBuffer()));
      const isRight = archive.status === 200 && link.searchParams.get('checksum') === digest;
      return isRight ? 'whole' : `the archive is wrong (${archive.status})`;
    },
  };
}

/** Bytes that look random; made by one call, as the loop of the test drives clients and bucket at the same time. */
function bytesOf(size: number, seed: string): Buffer {
  return createHash('shake256', { outputLength: Math.ceil(size) + 1 })
    .update(seed)
    .digest();
}

async function hasBytes(answer: Response, expected: Buffer): Promise<boolean> {
  return answer.status === 200 && Buffer.from(await answer.arrayBuffer()).equals(expected);
}

/** Numbers from 0 to 1 that are the same for the same seed. */
function randomOf(seed: string): () => number {
  let count = 0;
  return () => createHash('sha256').update(`${seed} ${count++}`).digest().readUInt32BE() / 2 ** 32;
}
