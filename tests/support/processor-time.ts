/**
 * Counts milliseconds of processor time of this thread from now on. What others do on the machine is no part of it. Tests use
 * it to find work that grows faster than its input, with limits far above what it takes; how long things take is for `bench/`.
 */
export function processorTime(): () => number {
  const begin = process.threadCpuUsage();
  return () => {
    const { user, system } = process.threadCpuUsage(begin);
    return (user + system) / 1000;
  };
}
