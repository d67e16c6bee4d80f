/** Told one line at a time what is being looked for, downloaded or built, so that six quiet minutes do not look like a hang. */
export type Progress = (line: string) => void;

/** One way that was tried to obtain a server, and why it did not work. */
export interface Attempt {
  readonly way: string;
  readonly failure: string;
}

/** No way led to a server: the message lists every way that was tried and what to install. */
export class ServerUnavailableError extends Error {
  override readonly name = 'ServerUnavailableError';

  constructor(
    readonly what: string,
    readonly attempts: readonly Attempt[],
    readonly remedy: string,
  ) {
    const tried = attempts.map(({ way, failure }) => `  - ${way}: ${failure}`).join('\n');
    super(`${what} could not be obtained. Tried, in this order:\n${tried}\nRemedy: ${remedy}`);
  }
}

/** A way to obtain an executable: its path, `undefined` if this way simply has none, or an exception that says why not. */
export interface Way {
  readonly name: string;
  readonly find: () => Promise<string | undefined>;
}

/** The first path that one of `ways` yields; a {@link ServerUnavailableError} with every failure if none does. */
export async function firstOf(what: string, ways: readonly Way[], remedy: string, progress: Progress): Promise<string> {
  const attempts: Attempt[] = [];
  for (const way of ways) {
    try {
      const path = await way.find();
      if (path !== undefined) {
        progress(`${what}: ${path} (${way.name})`);
        return path;
      }
      attempts.push({ way: way.name, failure: 'not there' });
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      attempts.push({ way: way.name, failure });
      progress(`${what}: ${way.name}: ${failure.split('\n')[0]}`);
    }
  }
  throw new ServerUnavailableError(what, attempts, remedy);
}
