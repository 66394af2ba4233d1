/** Whether a URL names this machine itself. */
export function isLoopback(url: string | URL): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);
}
