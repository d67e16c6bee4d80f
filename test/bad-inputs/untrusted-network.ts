import dns from 'node:dns';
import { readFileSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { expect, onTestFinished } from 'vitest';
import { plain as DECLARATION } from '../wechatpay/customs/declarations';
import { errorOf, expectError, genuine, RECORD, v3To } from './hostile-gateway';

/* Certificates and addresses of servers that are not the gateway. */

const certificate = (name: string): Buffer => readFileSync(join(__dirname, '../fixtures/tls', `${name}.pem`));

/** Lets this test trust the CA of the fixtures, which the transport offers no way to do. */
export function trustTestCa(): void {
  const original = tls.createSecureContext;
  tls.createSecureContext = (options) => {
    const context = original(options);
    (context.context as { addCACert(pem: Buffer): void }).addCACert(certificate('test-only-ca.cert'));
    return context;
  };
  onTestFinished(() => {
    tls.createSecureContext = original;
  });
}

async function tlsServer(name: string): Promise<{ url: string; seen: string[] }> {
  const seen: string[] = [];
  const keys = { key: certificate('test-only-server.key'), cert: certificate(`${name}.cert`) };
  const server = createHttpsServer(keys, (request, response) => {
    seen.push(request.url ?? '');
    request.resume();
    genuine({ ...RECORD, state: 'SUCCESS' })(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

/** The certificate is the only difference to a call that succeeds; nothing of the request left this machine. */
export async function expectTlsRefused(name: string, message: RegExp): Promise<void> {
  const valid = await tlsServer('test-only-valid');
  expect((await v3To(valid.url).customs.declare(DECLARATION)).state).toBe('SUCCESS');
  const wrong = await tlsServer(name);
  const error = await errorOf(v3To(wrong.url).customs.declare(DECLARATION));
  expectError(error, { errorClass: 'UNAVAILABLE', message, remedy: /TLS/, answered: false });
  expect(valid.seen).toHaveLength(1);
  expect(wrong.seen).toHaveLength(0);
}

/** Gives `localhost` these addresses, in this order, as a resolver of both families would. */
export function resolveTo(addresses: readonly string[]): void {
  const original = dns.lookup;
  const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  const lookup = (host: string, options: dns.LookupOptions, callback: (...result: unknown[]) => void): void => {
    if (host !== 'localhost') throw new Error(`looked up: ${host}`);
    if (options.all === true) callback(null, found);
    else callback(null, found[0]?.address, found[0]?.family);
  };
  Object.assign(dns, { lookup });
  onTestFinished(() => void Object.assign(dns, { lookup: original }));
}
