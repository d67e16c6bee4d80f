export {
  createPlatformCertificate,
  createTestCredentials,
  readTestCredentials,
  writeTestCredentials,
} from './credentials';
export type { TestCredentials, TestPlatform, TestPlatformCertificate, WrittenCredentials } from './credentials';
export { startRig, workflowBundle } from './rig';
export type { Rig, RigOptions } from './rig';
export * from './simulator';
export * from './servers';
