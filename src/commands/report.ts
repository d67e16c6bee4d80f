/** Ends the process with what went wrong, in words; a stack only for who asks for it. */
export function report(error: unknown): never {
  process.stderr.write(`temporal-wechatpay: ${words(error)}\n`);
  process.exit(1);
}

/** Errors whose message is complete: a stack beside it would hide it. */
const WRITTEN_FOR_PEOPLE = [
  'ConfigurationError',
  'ServerUnavailableError',
  'TemporalUnreachableError',
  'NamespaceNotSetUpError',
];

function words(error: unknown): string {
  if (!(error instanceof Error)) return 'failed for an unknown reason';
  if (WRITTEN_FOR_PEOPLE.includes(error.name)) return error.message;
  const { code, port, syscall } = error as NodeJS.ErrnoException & { readonly port?: number };
  if (syscall === 'listen' && (code === 'EADDRINUSE' || code === 'EACCES')) {
    const why = code === 'EADDRINUSE' ? 'is taken' : 'may not be used by this user';
    return `port ${port ?? ''} ${why}. Set another one: \`temporal-wechatpay variables\` lists WEBHOOK_PORT, METRICS_PORT and SIMULATOR_PORT.`;
  }
  return process.env['LOG_LEVEL'] === 'debug' ? (error.stack ?? error.message) : error.message;
}
