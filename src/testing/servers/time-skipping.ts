import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { firstOf } from './acquisition';
import type { Progress } from './acquisition';
import { cacheFolder, exists, installOnce } from './cache';
import { findOnPath, run } from './processes';
import { sdkCached, sdkDownload } from './sdk-download';

const VERSION = '1.38.0';
const FOLDER = `temporal-test-server-${VERSION}`;
const EXECUTABLE = 'temporal-test-server';
const OLDEST_JAVA = 17;

/**
 * Path of an executable that is the time-skipping test server, for
 * `TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } })`: our cache,
 * the SDK's download, else the Java original from Maven behind a small script.
 *
 * It has one global clock, so tests that use it run one after another.
 *
 * @throws ServerUnavailableError with everything that was tried and what to install.
 */
export function findTimeSkippingServer(progress: Progress): Promise<string> {
  return firstOf(
    'Time-skipping test server',
    [
      { name: 'cache', find: serverInCache },
      { name: 'SDK download', find: () => sdkDownload('temporal-test-server', progress) },
      { name: `Maven io.temporal:temporal-test-server:${VERSION}`, find: () => fetchFromMaven(progress) },
    ],
    `install Java ${OLDEST_JAVA} or later and Maven (Debian: apt-get install openjdk-17-jre-headless maven), or run ` +
      'once with an internet connection so that the Temporal SDK can download it.',
    progress,
  );
}

async function serverInCache(): Promise<string | undefined> {
  const script = join(cacheFolder(), FOLDER, EXECUTABLE);
  if (!(await exists(script))) return sdkCached('temporal-test-server');
  // The cache may be older than this machine's Java.
  await findJava();
  return script;
}

async function fetchFromMaven(progress: Progress): Promise<string> {
  const java = await findJava();
  const mvn = await findOnPath('mvn');
  if (mvn === undefined) throw new Error('mvn (Maven) is not on PATH');
  const folder = await installOnce({
    name: FOLDER,
    progress,
    build: async (empty) => {
      progress(`fetching the time-skipping test server ${VERSION} with Maven, for ${java}`);
      await writeFile(join(empty, 'pom.xml'), POM);
      await run({
        program: mvn,
        args: [
          '--batch-mode',
          '--quiet',
          '--strict-checksums',
          'dependency:copy-dependencies',
          '-DincludeScope=runtime',
          `-DoutputDirectory=${join(empty, 'jars')}`,
        ],
        cwd: empty,
        timeout: 10 * 60_000,
        progress,
        doing: 'fetching the time-skipping test server',
      });
      const script = join(empty, EXECUTABLE);
      await writeFile(script, SCRIPT);
      await chmod(script, 0o755);
    },
  });
  return join(folder, EXECUTABLE);
}

/** `java` as the script below will find it. */
async function findJava(): Promise<string> {
  const java = await findOnPath('java');
  if (java === undefined) throw new Error('java is not on PATH');
  const text = await run({ program: java, args: ['-version'], timeout: 20_000, doing: 'asking for its version' });
  const version = Number(/version "(?:1\.)?(\d+)/.exec(text)?.[1]);
  if (!(version >= OLDEST_JAVA)) throw new Error(`${java} is version ${version}, expected ${OLDEST_JAVA} or later`);
  return java;
}

/** Finds its jars beside itself, because the folder is renamed after it was built. `exec`: a signal must reach Java. */
const SCRIPT = `#!/bin/sh
exec java -cp "$(dirname "$0")/jars/*" io.temporal.testserver.TestServer "$@"
`;

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>temporal-wechatpay</groupId>
  <artifactId>test-server</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.temporal</groupId>
      <artifactId>temporal-test-server</artifactId>
      <version>${VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;
