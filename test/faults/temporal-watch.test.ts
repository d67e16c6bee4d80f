import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import { expect, it, onTestFinished } from 'vitest';
import { watchTemporal } from './temporal-watch';

it('restarts a server that takes connections and answers nothing, once for every four looks', async () => {
  const sockets = new Set<Socket>();
  const hung = createServer((socket) => void sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => hung.listen(0, '127.0.0.1', resolve));
  const connection = Connection.lazy({ address: `127.0.0.1:${(hung.address() as AddressInfo).port}` });
  onTestFinished(async () => {
    await connection.close();
    for (const socket of sockets) socket.destroy();
    hung.close();
  });
  let restarts = 0;
  const restart = () => Promise.resolve(`restart ${++restarts}`);
  const look = watchTemporal(new Client({ connection }), restart, { everyMs: 0, deadlineMs: 50 });
  const told = [];
  for (let looks = 0; looks < 8; looks += 1) told.push(await look());
  const nothing = [undefined, undefined, undefined];
  expect(told).toEqual([...nothing, 'restart 1', ...nothing, 'restart 2']);
});

it('leaves alone a server that answers now and then', async () => {
  let looks = 0;
  const describeNamespace = () => {
    looks += 1;
    return looks % 4 === 0 ? Promise.resolve({}) : Promise.reject(new Error('busy'));
  };
  const client = {
    options: { namespace: 'default' },
    workflowService: { describeNamespace },
    withDeadline: <R>(_deadline: number | Date, work: () => Promise<R>) => work(),
  } as unknown as Client;
  const look = watchTemporal(client, () => Promise.resolve('restarted'), { everyMs: 0 });
  for (let count = 0; count < 40; count += 1) expect(await look()).toBeUndefined();
  expect(looks).toBe(40);
});
