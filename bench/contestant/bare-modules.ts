/**
 * The least that a Node server has to do for `terraform init`: it gives out answers that it has in memory.
 *
 *     node bare-modules.ts FILE      a JSON object: "GET /path" to { status, headers, body in base64 }
 */
import { readFile } from 'node:fs/promises';
import { createServer, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Recorded {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string;
}

const recorded = JSON.parse(await readFile(process.argv[2]!, 'utf8')) as Record<string, Recorded>;
const answers = new Map(
  Object.entries(recorded).map(([key, answer]) => [
    key,
    { ...answer, body: Buffer.from(answer.body, 'base64') },
  ]),
);

const server = createServer(({ method, url }, response) => {
  const answer = answers.get(`${method} ${url}`);
  if (!answer) response.writeHead(404).end();
  else response.writeHead(answer.status, answer.headers).end(answer.body);
});
server.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
