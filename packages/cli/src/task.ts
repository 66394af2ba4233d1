import type { ApiRequest, Client, Shape } from './client.ts';
import { ServerError } from './cli-error.ts';

const firstPause = 50;
const longestPause = 1000;

/**
 * Starts a task on the server and waits for its end, however long that takes; the server goes on when this ends early.
 * @throws ServerError with the reason when the task fails
 */
export async function runTask(
  client: Client,
  path: string,
  json: ApiRequest['json'],
): Promise<Shape<'Task'>['figures']> {
  let task = await client.call('Task', path, { method: 'POST', json });
  for (let pause = firstPause; task.state === 'running'; pause = Math.min(pause * 2, longestPause)) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    task = await client.call('Task', `/tasks/${task.id}`);
  }
  if (task.error !== undefined) throw new ServerError(task.error.code, task.error.message, 500);
  return task.figures;
}
