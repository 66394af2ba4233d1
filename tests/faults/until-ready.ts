import { setTimeout as sleep } from 'node:timers/promises';

import { Violation } from './violation.ts';

/** Waits until the server says that it can do everything again. @throws Violation after 10 s */
export async function untilReady(url: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const text = await fetch(`${url}/readyz`).then(
      async (answer) => await answer.text(),
      () => '',
    );
    if (text.includes('"ready"')) return;
    await sleep(50);
  }
  throw new Violation('not ready within 10 s');
}
