import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type CrashPoint, crashPoints } from '@ashlar/registry/gateway/crash-point';
import { type CommandName, commands } from '@ashlar/registry/store/metadata/command';
import { expect, it } from 'vitest';

import { describeWithTool } from '../support/tool.ts';
import { auditEmbedded } from './audit.ts';
import type { Installation } from './bench.ts';
import { recordPoints } from './crash-series.ts';
import { startCommands, startPoints } from './first-start-series.ts';
import { type Operation, randomOf } from './operation/operation.ts';
import { allOperations, crashPlan, secondStoreOperations } from './plan.ts';
import { startSecondStores } from './second-stores.ts';
import { pointsOfTasks, taskPoints } from './task-series.ts';
import { isAlive, launchEmbedded } from './server.ts';

/** Commands that no request runs, each with the reason. */
const unreached: Partial<Record<CommandName, string>> = {
  leaseBlob: 'a promise to who looks for a blob before a push; losing it loses nothing that was acknowledged',
  endPresets: 'a start after a preset admin token was taken away',
  storeModel:
    'what was read of a version from before versions were read; when it is lost it is read once more',
  collectBlobs: 'the collector, which has a soak test of its own',
};

/** Every command passes these. */
const ofCommands = /^(?:command|record|mirror)\./;

/** Points that only the second drivers have. */
const isSecond = (point: CrashPoint) => /^(?:record|mirror|object)\./.test(point);

it('has an operation for each crash point and each command', () => {
  const operations = [...allOperations, ...secondStoreOperations];
  const covered = new Set<CrashPoint>([
    ...operations.flatMap(({ points }) => points),
    ...startPoints,
    ...taskPoints,
  ]);
  const run = new Set<CommandName>([
    ...allOperations.flatMap((operation) => operation.commands),
    ...startCommands,
    'presetToken',
  ]);

  expect(crashPoints.filter((point) => !ofCommands.test(point) && !covered.has(point))).toEqual([]);
  expect(
    (Object.keys(commands) as CommandName[]).filter((name) => !run.has(name) && !(name in unreached)),
  ).toEqual([]);
  expect(crashPlan().length).toBeGreaterThan(100);
});

/** Runs every operation with servers that report, and returns all points that were passed. */
async function pointsPassed(
  { launch }: Installation,
  data: string,
  operations: readonly Operation[],
): Promise<ReadonlySet<string>> {
  const random = randomOf(1);
  const outputs: string[] = [];
  let server = await launch(data, { crashAt: 'report' });
  for (const operation of operations) {
    const change = operation.make(random);
    await change.prepare?.(server);
    await change.run(server);
    if (isAlive(server.pid)) continue;
    outputs.push(server.program.stderr());
    server = await launch(data, { crashAt: 'report' });
  }
  await server.program.stop();
  return new Set([...outputs, server.program.stderr()].flatMap(passedBy));
}

const limit = { timeout: 120_000 };

it('passes every crash point', limit, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-reach-'));
  const data = join(folder, 'data');
  const report = { crashAt: 'report', env: { ASHLAR_LISTEN_TLS: '127.0.0.1:0', ASHLAR_ADMIN_TOKEN: '' } };
  const first = await launchEmbedded(data, report);
  await first.kill();

  const random = randomOf(2);
  const installation = { launch: launchEmbedded, audit: auditEmbedded };
  const passed = new Set([
    ...passedBy(first.program.stderr()),
    ...(await pointsPassed(installation, data, allOperations)),
    ...passedBy(await pointsOfTasks(random)),
  ]);

  expect(crashPoints.filter((point) => !isSecond(point) && !passed.has(point))).toEqual([]);
  const commandsOf = allOperations.flatMap((operation) => operation.commands);
  expect(commandsOf.filter((command) => !passed.has(`command.committed/${command}`))).toEqual([]);
  await rm(folder, { recursive: true, force: true });
});

describeWithTool('postgres', 'with PostgreSQL and S3', ({ postgres }) => {
  it('passes every crash point of an operation', limit, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ashlar-reach-'));
    const stores = await startSecondStores(postgres);
    const passed = await pointsPassed(stores, join(folder, 'data'), secondStoreOperations);

    const points = secondStoreOperations.flatMap((operation) => operation.points);
    expect([...points, ...crashPoints.filter(isSecond)].filter((point) => !passed.has(point))).toEqual([]);
    const commandsOf = secondStoreOperations.flatMap((operation) => operation.commands);
    for (const point of recordPoints) {
      expect(commandsOf.filter((command) => !passed.has(`${point}/${command}`))).toEqual([]);
    }
    await stores.stop();
    await rm(folder, { recursive: true, force: true });
  });
});

/** Points that were passed, those with a detail also by their name alone. */
function passedBy(output: string): string[] {
  return [...output.matchAll(/^passed (\S+)$/gm)].flatMap(([, text]) => [text!, text!.split('/')[0]!]);
}
