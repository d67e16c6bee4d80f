export { loadConfig } from './config';
export type { Config, Need } from './config';
export { configuredKeys } from './configured-keys';
export { ConfigurationError } from './errors';
export type { MerchantConfig } from './merchants';
export { notificationUrls } from './notificationUrls';
export type { NotificationUrls } from './notificationUrls';
export { describeVariables, VARIABLES } from './variables';
export type { Variable, VariableName } from './variables';
