import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { CrashPoint } from '@ashlar/registry/gateway/crash-point';

import { run } from '../support/run.ts';
import { auditEmbedded } from './audit.ts';
import { versionOperations } from './operation/version.ts';
import type { Series } from './series.ts';
import { launchEmbedded, type Server } from './server.ts';
import { argumentsOf, oneFileThread } from './strace.ts';
import { Violation } from './violation.ts';

export const startPoints: readonly CrashPoint[] = [
  'folder.made',
  'folder.locked',
  'folder.format-written',
  'folder.format-named',
  'database.opened',
  'database.migrating',
  'database.migrated',
  'tls.file-written',
  'tls.file-named',
  'admin-token.written',
];

export const startCommands = ['ensureSecret', 'createToken'] as const;

/** Everything that a first start makes: also the local CA and an admin token of its own. */
const everything = { ASHLAR_LISTEN_TLS: '127.0.0.1:0', ASHLAR_ADMIN_TOKEN: '' };

/** The first start ends at a crash point; the second one must find its way. */
export function firstStartSeries(fault: string): Series[] {
  const commands = startCommands.flatMap((command) =>
    ['command.begun', 'command.done', 'command.committed'].map((point) => `${point}/${command}`),
  );
  return [...startPoints, ...commands].map((place) => ({
    fault,
    place,
    what: 'first start',
    run: async (bench, n) =>
      await interrupted(async (data) => {
        const crash = { crashAt: `${place}:${n}`, env: everything };
        return await launchEmbedded(data, crash).then(killed, () => true);
      }, bench.random),
  }));
}

/** A preset token is written on every start. */
export function presetSeries(fault: string): Series[] {
  return ['command.begun', 'command.done', 'command.committed'].map((point) => ({
    fault,
    place: `${point}/presetToken`,
    what: 'start with a preset token',
    run: async (bench, n) =>
      await interrupted(
        async (data) =>
          await launchEmbedded(data, { crashAt: `${point}/presetToken:${n}` }).then(killed, () => true),
        bench.random,
      ),
  }));
}

/** The same with the n-th call of the system; the whole start is traced. */
export function firstStartCalls(
  strace: string,
  fault: string,
  calls: readonly string[],
  effect: string,
): Series[] {
  return calls.map((syscall) => ({
    fault,
    place: `${syscall} ${effect}`,
    what: 'first start',
    mayMiss: true,
    places: 40,
    run: async (bench, n) =>
      await interrupted(async (data) => {
        const paths = [
          '',
          'format.new',
          'metadata.db',
          'metadata.db-wal',
          'tls',
          'blobs',
          'blobs/upload',
          'admin-token',
        ];
        const files = [
          'tls/ca.pem.new',
          'tls/ca-key.pem.new',
          'tls/server.pem.new',
          'tls/server-key.pem.new',
          'format',
        ];
        const injection = {
          syscall,
          fault: effect,
          when: n,
          paths: [...paths, ...files].map((path) => join(data, path)),
        };
        const log = `${data}.log`;
        const command = argumentsOf(injection, [
          '-o',
          log,
          process.execPath,
          serveScript,
          'serve',
          '--log-level',
          'warn',
        ]);
        // It ends by the fault, by itself, or by us when it serves.
        const env = { ASHLAR_DATA: data, ASHLAR_LISTEN: '127.0.0.1:0', ...everything, ...oneFileThread };
        const { stderr, stdout } = await run(
          'timeout',
          ['--signal=KILL', '20', 'sh', '-c', stopWhenServing, 'sh', strace, ...command],
          { env },
        );
        await rm(log, { force: true });
        if (/unhandled|uncaught/i.test(stderr + stdout))
          throw new Violation(`the start failed without a word: ${stderr}`);
        return !/serves http/.test(stderr);
      }, bench.random),
  }));
}

const serveScript = join(import.meta.dirname, '../../packages/cli/bin/ashlar.js');

/** Runs its arguments until they write that they serve, then ends them. */
const stopWhenServing = `
"$@" 2>"$ASHLAR_DATA.err" &
pid=$!
while kill -0 $pid 2>/dev/null; do
  if grep -q 'serves http' "$ASHLAR_DATA.err"; then kill -KILL $(cat /proc/$pid/task/$pid/children); break; fi
  sleep 0.05
done
wait $pid 2>/dev/null
cat "$ASHLAR_DATA.err" >&2
rm -f "$ASHLAR_DATA.err"`;

async function killed(server: Server): Promise<boolean> {
  await server.kill();
  return false;
}

/** A start that comes to nothing, then one that has to work. */
async function interrupted(
  first: (data: string) => Promise<boolean>,
  random: Parameters<(typeof versionOperations)[number]['make']>[0],
): Promise<boolean> {
  const parent = await mkdtemp(join(tmpdir(), 'ashlar-first-'));
  const data = join(parent, 'data');
  try {
    const hit = await first(data);
    const server = await launchEmbedded(data, { env: everything }).catch((error: unknown) => {
      throw new Violation(`the second start failed: ${String(error)}`);
    });
    try {
      await checkFirstStart(data, server, random);
    } finally {
      await server.kill();
    }
    return hit;
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}

/** Somebody can administer it, https is trusted, a version can be published, nothing lies around. */
async function checkFirstStart(
  data: string,
  server: Server,
  random: Parameters<(typeof versionOperations)[number]['make']>[0],
): Promise<void> {
  const token = (await readFile(join(data, 'admin-token'), 'utf8').catch(() => '')).trim();
  const client = server.client.as(token === '' ? 'none' : token);
  const { status } = await client.api('GET', '/tokens');
  if (status !== 200) throw new Violation(`the admin token of the folder is not taken: ${status}`);
  const [, https] = /(https:\/\/\S+)/.exec(server.program.stderr()) ?? [];
  const trusted = await run('curl', ['-sf', '--cacert', join(data, 'tls/ca.pem'), `${https}/healthz`]).catch(
    () => undefined,
  );
  if (trusted !== undefined && trusted.exitCode !== 0)
    throw new Violation(`the local CA is not trusted: ${trusted.stderr}`);
  const change = versionOperations[1]!.make(random);
  const admin = { ...server, client };
  await change.run(admin);
  if ((await change.observe(admin)) !== 'after')
    throw new Violation('a version is not there after the second start');
  await auditEmbedded(data);
  const left = (await readdir(data, { recursive: true })).filter((name) => /\.(?:new|tmp)$/.test(name));
  if (left.length > 0) throw new Violation(`the second start left ${left.join(', ')}`);
}
