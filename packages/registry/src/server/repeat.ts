/** Housekeeping that fails is tried again next time; it must not end the server. */
export function every(seconds: number, work: () => Promise<void>): NodeJS.Timeout {
  return setInterval(() => void work().catch(() => {}), seconds * 1000).unref();
}
