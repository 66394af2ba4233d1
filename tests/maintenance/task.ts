import type { Json, TestServer } from '../support/server.ts';

/** Runs a task to its end and gives it as the API shows it. */
export async function runTask(server: TestServer, kind: string, options: object = {}): Promise<Json> {
  const started = await server.api('POST', `/${kind}`, options);
  if (started.status !== 202) return started.body;
  for (;;) {
    const { body } = await server.api('GET', `/tasks/${started.body.id}`);
    if (body.state !== 'running') return body;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
