import type { FastifyReply } from 'fastify';

import { takeTurns } from '../turns.ts';

/** Sends JSON that is text already; bytes are sent as they are. */
export function sendJsonText(reply: FastifyReply, text: string | Buffer): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(text);
}

/** A list as JSON. Others get a turn while it is made: with all its lines at once they would wait for a long one. */
export async function listText<Item>(items: readonly Item[], show: (item: Item) => object): Promise<string> {
  const afterRows = takeTurns();
  const lines: string[] = [];
  for (const item of items) {
    lines.push(JSON.stringify(show(item)));
    await afterRows(1);
  }
  return `[${lines.join(',')}]`;
}
