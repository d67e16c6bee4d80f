import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';

/** Numbers the kernel never hands out by itself, and which fit PostgreSQL's smallint. */
const LOW_PORTS = { from: 20_000, below: 32_768 } as const;
/** How many low ports are tried for each one wanted. */
const ATTEMPTS = 50;

/** `count` different TCP ports that were free on loopback a moment ago. */
export function freePorts(count: number): Promise<number[]> {
  return probePorts(count, () => listen(0));
}

/**
 * The same, but each below 32768: the server keeps the ports of its membership ring in a smallint column and ends at
 * start when one does not fit.
 */
export function freeLowPorts(count: number): Promise<number[]> {
  return probePorts(count, async () => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await listen(randomInt(LOW_PORTS.from, LOW_PORTS.below));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || attempt === ATTEMPTS) throw error;
      }
    }
  });
}

/** Throws unless `port` is free on loopback: whoever listens there would be taken for the server that failed to. */
export async function expectFree(port: number): Promise<void> {
  try {
    const server = await listen(port);
    await new Promise((resolve) => server.close(resolve));
  } catch (error) {
    throw new Error(
      `port ${port} on 127.0.0.1 cannot be listened on: ${(error as Error).message}. Choose another one.`,
    );
  }
}

async function probePorts(count: number, open: () => Promise<Server>): Promise<number[]> {
  // All are held open until the last is known: closed at once, the same number could be handed out twice.
  const servers = await Promise.all(Array.from({ length: count }, open));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
