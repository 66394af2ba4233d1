export * from './config/index.ts';
export { startServer } from './server/start.ts';
export type { RunningServer, StartOptions } from './server/start.ts';
export { productVersion } from './server/product.ts';
export { systemClock } from './gateway/clock.ts';
export { createMetrics } from './server/metrics.ts';
