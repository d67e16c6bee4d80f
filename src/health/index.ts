export { createHealthServer, createMetricsServer, refusal } from './server';
export type { HealthOptions, HttpAnswer } from './server';
export type { ReadinessReport } from './readiness';
