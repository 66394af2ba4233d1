import type { IncomingMessage, ServerResponse } from 'node:http';

/** The code of the error that ends a body which came too slowly. */
export const bodyTooSlow = 'ASHLAR_BODY_TOO_SLOW';

export interface BodyPace {
  /** Milliseconds over which the speed of a body is measured. */
  readonly bodyWindow: number;
  /** Bytes that must arrive in such a time, unless the body ends before. */
  readonly bodyMinimum: number;
}

/**
 * Ends a body that stalls or trickles. Whoever reads it gets an error with the code `bodyTooSlow`, and may still answer;
 * the connection ends with the answer. What waits in our own buffers is not the fault of the client, nor is a body that
 * it was not told to send.
 */
export function endSlowBody(
  request: IncomingMessage,
  response: ServerResponse,
  { bodyWindow, bodyMinimum }: BodyPace,
): void {
  if (!hasBody(request)) return;
  const { socket } = request;
  let before = socket.bytesRead;
  const look = () => {
    if (request.complete || request.destroyed) return;
    const arrived = socket.bytesRead - before;
    before = socket.bytesRead;
    const isWaitingForUs = request.sendContinue !== undefined || request.readableLength > 0;
    if (arrived < bodyMinimum && !isWaitingForUs) end(request, response);
    else timer.refresh();
  };
  // Timers of one length cost next to nothing, however many there are.
  const timer = setTimeout(look, bodyWindow).unref();
  request.once('close', () => clearTimeout(timer));
}

function end(request: IncomingMessage, response: ServerResponse): void {
  // Nobody reads, or the answer is on its way: there is nobody to tell.
  if (response.headersSent || request.listenerCount('error') === 0) {
    request.destroy();
    return;
  }
  response.shouldKeepAlive = false;
  // Node would end the connection, and the answer could not be sent.
  request._destroy = (error, done) => done(error);
  request.destroy(Object.assign(new Error('the body came too slowly'), { code: bodyTooSlow }));
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
