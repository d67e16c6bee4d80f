import { request } from 'node:http';
import { Agent } from 'node:https';
import type { AgentOptions } from 'node:https';
import { connect as tlsConnect } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import type { Duplex } from 'node:stream';
import { WechatPayError } from './errors';

/** A forward proxy that opens tunnels. */
export interface Proxy {
  readonly host: string;
  readonly port: number;
  /** Value of `Proxy-Authorization`. */
  readonly authorization?: string;
}

/** @throws {WechatPayError} `CONFIGURATION`, without the user name and password that may be in the URL */
export function proxyOf(proxyUrl: string): Proxy {
  try {
    const url = new URL(proxyUrl);
    if (url.protocol === 'http:' && url.pathname === '/' && url.search === '' && url.hash === '') {
      const host = url.hostname.replace(/^\[|\]$/g, '');
      const proxy = { host, port: url.port === '' ? 80 : Number(url.port) };
      if (url.username === '') return proxy;
      const login = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
      return { ...proxy, authorization: `Basic ${Buffer.from(login).toString('base64')}` };
    }
  } catch {
    // The parser's error quotes the password.
  }
  throw new WechatPayError('CONFIGURATION', 'proxy URL: expected http://host:port', {
    remedy: 'Set the proxy URL to the address of an HTTP forward proxy, for example http://proxy.example.com:3128.',
  });
}

/**
 * TLS connections through a proxy. The proxy is told the gateway's name and port; the session inside the tunnel is the
 * gateway's, checked like any other. A connection is handed out when its session stands.
 */
export class TunnelAgent extends Agent {
  /** How long proxy and gateway may be silent before the session stands. Milliseconds. */
  private readonly patience: number;

  constructor(
    private readonly proxy: Proxy,
    options: AgentOptions & { readonly timeout: number },
  ) {
    super(options);
    this.patience = options.timeout;
  }

  override createConnection(
    options: ConnectionOptions,
    done: (error: Error | null, connection?: Duplex) => void,
  ): Duplex | undefined {
    const { host, port, authorization } = this.proxy;
    const gateway = `${options.host}:${options.port}`;
    const headers = { Host: gateway, ...(authorization !== undefined && { 'Proxy-Authorization': authorization }) };
    const tunnel = request({ host, port, method: 'CONNECT', path: gateway, headers, agent: false });
    tunnel.setTimeout(this.patience, () => tunnel.destroy(refusal('ETIMEDOUT')));
    tunnel.once('error', done);
    tunnel.once('connect', (answer, socket) => {
      // A proxy that refuses answers in the gateway's place: nothing of that answer may pass for one of the gateway's.
      if (answer.statusCode !== 200) {
        socket.destroy();
        done(refusal('EPROXY'));
        return;
      }
      const session = tlsConnect({ ...options, socket });
      const giveUp = (): unknown => session.destroy(refusal('ETIMEDOUT'));
      session.setTimeout(this.patience, giveUp);
      session.once('error', done);
      session.once('secureConnect', () => {
        session.removeListener('error', done);
        session.setTimeout(0, giveUp);
        done(null, session);
      });
    });
    tunnel.end();
    return undefined;
  }
}

function refusal(code: string): Error {
  return Object.assign(new Error('no tunnel'), { code });
}
