import { ConfigurationError } from '../config';

/** Ends the process with what went wrong, in words; a stack only for what nobody expected. */
export function report(error: unknown): never {
  process.stderr.write(`temporal-wechatpay: ${words(error)}\n`);
  process.exit(1);
}

function words(error: unknown): string {
  if (!(error instanceof Error)) return 'failed for an unknown reason';
  if (error instanceof ConfigurationError || error.name === 'ServerUnavailableError') return error.message;
  return process.env['LOG_LEVEL'] === 'debug' ? (error.stack ?? error.message) : error.message;
}
