export {
  createPlatformCertificate,
  createTestCredentials,
  readTestCredentials,
  writeTestCredentials,
} from './credentials';
export type { TestCredentials, TestPlatform, TestPlatformCertificate, WrittenCredentials } from './credentials';
export * from './simulator';
export * from './servers';
