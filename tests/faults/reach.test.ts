import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type CrashPoint, crashPoints } from '@ashlar/registry/gateway/crash-point';
import { type CommandName, commands } from '@ashlar/registry/store/metadata/command';
import { expect, it } from 'vitest';

import { startCommands, startPoints } from './first-start-series.ts';
import { randomOf } from './operation/operation.ts';
import { allOperations, crashPlan } from './plan.ts';
import { isAlive, launchEmbedded } from './server.ts';

/** Commands that no request runs, each with the reason. */
const unreached: Partial<Record<CommandName, string>> = {
  leaseBlob: 'a promise to who looks for a blob before a push; losing it loses nothing that was acknowledged',
  endPresets: 'a start after a preset admin token was taken away',
  collectBlobs: 'the collector, which has a soak test of its own',
};

it('has an operation for each crash point and each command', () => {
  const covered = new Set<CrashPoint>([...allOperations.flatMap(({ points }) => points), ...startPoints]);
  const run = new Set<CommandName>([
    ...allOperations.flatMap((operation) => operation.commands),
    ...startCommands,
    'presetToken',
  ]);

  expect(crashPoints.filter((point) => !point.startsWith('command.') && !covered.has(point))).toEqual([]);
  expect(
    (Object.keys(commands) as CommandName[]).filter((name) => !run.has(name) && !(name in unreached)),
  ).toEqual([]);
  expect(crashPlan().length).toBeGreaterThan(100);
});

it('passes every crash point', { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-reach-'));
  const data = join(folder, 'data');
  const random = randomOf(1);
  const report = { crashAt: 'report', env: { ASHLAR_LISTEN_TLS: '127.0.0.1:0', ASHLAR_ADMIN_TOKEN: '' } };
  const first = await launchEmbedded(data, report);
  await first.kill();

  let server = await launchEmbedded(data, { crashAt: 'report' });
  const outputs = [first.program.stderr()];
  for (const operation of allOperations) {
    const change = operation.make(random);
    await change.prepare?.(server);
    await change.run(server);
    if (isAlive(server.pid)) continue;
    outputs.push(server.program.stderr());
    server = await launchEmbedded(data, { crashAt: 'report' });
  }
  await server.program.stop();
  const passed = new Set([...outputs, server.program.stderr()].flatMap(passedBy));

  expect(crashPoints.filter((point) => !passed.has(point))).toEqual([]);
  const commandsOf = allOperations.flatMap((operation) => operation.commands);
  expect(commandsOf.filter((command) => !passed.has(`command.committed/${command}`))).toEqual([]);
  await rm(folder, { recursive: true, force: true });
});

/** Points that were passed, those with a detail also by their name alone. */
function passedBy(output: string): string[] {
  return [...output.matchAll(/^passed (\S+)$/gm)].flatMap(([, text]) => [text!, text!.split('/')[0]!]);
}
