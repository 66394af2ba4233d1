import { parentPort } from 'node:worker_threads';

import {
  AshlarError,
  ashlarError,
  bicepTemplateFile,
  compareModules,
  gravest,
  inputSchema,
  type Module,
  parseHclJson,
  positionsIn,
  type Problem,
} from '@ashlar/core';

import { moduleDetail } from './module-detail.ts';
import { packText, unpackTextSync } from './packed-text.ts';
import { readContent } from './read-content.ts';
import type { Comparison, ReaderJobs, ReaderReply, ReaderRequest } from './reader-protocol.ts';

/**
 * The worker thread that reads modules: whatever they are made of, it takes no time from those who answer requests, and
 * no more memory than it was given.
 */
const port = parentPort!;
/** Of the sentences that tell why. */
const told = 3;

const jobs: { [Name in keyof ReaderJobs]: (input: never) => unknown } = {
  read: readContent,
  compare: ({ before, after }: ReaderJobs['compare']['input']) =>
    compare(parseModel(before), parseModel(after)),
  locate: ({ text }: ReaderJobs['locate']['input']) => locate(new TextDecoder().decode(text)),
  detail: moduleDetail,
  schema: ({ model }: ReaderJobs['schema']['input']) => JSON.stringify(inputSchema(parseModel(model))),
};

function parseModel(packed: string): Module {
  return JSON.parse(unpackTextSync(packed)) as Module;
}

function locate(text: string): Problem | undefined {
  const [problem] = parseHclJson(text).problems;
  if (problem === undefined) return undefined;
  const { line, column } = positionsIn(text)(problem.start);
  return { message: problem.message, at: { file: bicepTemplateFile, line, column } };
}

function compare(before: Module, after: Module): Comparison {
  const changes = compareModules(before, after);
  const worst = gravest(changes);
  const text = JSON.stringify(changes);
  return {
    changes: packText(text),
    size: text.length,
    gravest: worst,
    first: changes
      .filter((change) => change.class === worst)
      .slice(0, told)
      .map(({ message }) => message),
  };
}

async function run({ name, input }: ReaderRequest): Promise<ReaderReply> {
  try {
    return { outcome: await jobs[name](input as never) };
  } catch (error) {
    if (error instanceof AshlarError) return { known: error.toData() };
    // No room on the stack, or for a text.
    if (error instanceof RangeError) {
      const reason = 'it is nested too deep, or too large';
      return { known: ashlarError('ASH-MODULE-TOO-COMPLEX', { reason }).toData() };
    }
    return { unknown: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

port.on('message', (request: ReaderRequest) => {
  port.postMessage('begun' satisfies ReaderReply);
  void run(request).then((reply) => port.postMessage(reply));
});
