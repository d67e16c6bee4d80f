import { describe, expect, it } from 'vitest';
import { isLoopback, useServer } from '../../../src/testing/servers';

describe('useServer', () => {
  it('uses the server that TEMPORAL_ADDRESS names, and does not own it', async () => {
    const env = { TEMPORAL_ADDRESS: '127.0.0.1:7233', TEMPORAL_NAMESPACE: 'trial' };
    const server = await useServer({ env });
    expect(server).toMatchObject({ address: '127.0.0.1:7233', namespace: 'trial' });
    expect(server.pid).toBeUndefined();
    await server.stop();
  });

  it('refuses a server that is not on this machine, and says how to allow it', async () => {
    const env = { TEMPORAL_ADDRESS: 'temporal.example.com:7233' };
    await expect(useServer({ env })).rejects.toThrow(
      /temporal\.example\.com:7233, which is not on this machine.*--allow-remote/s,
    );
    expect(await useServer({ env, allowRemote: true })).toMatchObject({ address: 'temporal.example.com:7233' });
  });
});

describe('isLoopback', () => {
  it.each(['localhost:7233', 'LOCALHOST', '127.0.0.1:7233', '127.1.2.3', '[::1]:7233', '::1', 'http://127.0.0.1:7233'])(
    'accepts %s',
    (address) => expect(isLoopback(address)).toBe(true),
  );
  it.each([
    '127.0.0.1.example.com:7233',
    'localhost.example.com',
    '10.0.0.1:7233',
    '0.0.0.0:7233',
    '[::]:7233',
    '',
    '128.0.0.1',
  ])('refuses %s', (address) => expect(isLoopback(address)).toBe(false));
});
