import { createPublicKey } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WechatPayClient } from 'temporal-wechatpay/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connect, decision, Declarations, declare, takeResults } from '../../examples/order-service';
import type { PaidOrder } from '../../examples/order-service';
import { newSamples } from '../workflows/samples';
import { startDevRig } from '../workflows/dev-server';
import type { DevRig } from '../workflows/dev-server';

const QUICK = { pollEvery: '1s' };

let rig: DevRig;
let wechatpay: WechatPayClient;
let stopped: Promise<void> | undefined;
let stop: (() => void) | undefined;
const declarations = new Declarations();

beforeAll(async () => {
  rig = await startDevRig();
  const { publicKeyId: id, publicKey } = rig.credentials.platform;
  wechatpay = new WechatPayClient(rig.client, { sealingKey: { id, publicKey: createPublicKey(publicKey) } });
  const worker = await takeResults(rig.nativeConnection, declarations);
  stop = () => worker.shutdown();
  stopped = worker.run();
});
afterAll(async () => {
  stop?.();
  await stopped;
  await rig?.close();
});

function paidOrder(): PaidOrder {
  const { declared, payer } = newSamples(rig.credentials);
  const { out_trade_no: orderNumber, transaction_id: transactionId, customs } = declared;
  rig.simulator.payers({ transaction_id: transactionId, ...payer });
  return { orderNumber, transactionId, customs, duty: 88, payer };
}

function declarationsSent({ transactionId }: PaidOrder): number {
  const entries = rig.simulator.ledger({ effect: 'declared' }).filter(({ key }) => key.includes(transactionId));
  return entries.reduce((sum, { count }) => sum + count, 0);
}

async function started(order: PaidOrder): Promise<{ state: string; workflowId: string; runId: string }> {
  const shown = await declare(wechatpay, order, QUICK);
  if ('wrong' in shown) throw new Error(`wrong: ${shown.wrong.join(', ')}`);
  return shown;
}

describe('the order service of the examples', () => {
  it('shows the first answer at once, waits for the decision, and is told it by its own activity', async () => {
    const order = paidOrder();
    const shown = await started(order);
    expect(shown.state).toBe('UNDECLARED');

    const result = await decision(wechatpay, shown);
    expect(result).toMatchObject({ outcome: 'SUCCESS', identity: { outcome: 'SAME' } });

    const told = declarations.of(order.orderNumber);
    expect(told).toMatchObject([{ flow: 'customsDeclaration', workflowId: shown.workflowId, result }]);
    expect(declarationsSent(order)).toBe(1);
  });

  it('is given the run that its result will come from', async () => {
    const order = paidOrder();
    const shown = await started(order);
    await decision(wechatpay, shown);
    expect(declarations.of(order.orderNumber)).toMatchObject([{ runId: shown.runId }]);
  });

  it('counts a result once that it is told twice', async () => {
    const order = paidOrder();
    const shown = await started(order);
    await decision(wechatpay, shown);
    for (const event of declarations.of(order.orderNumber)) await declarations.recordDeclaration(event);
    expect(declarations.of(order.orderNumber)).toHaveLength(1);
  });

  it('gets the same process when it starts the same again, open or closed, and sends nothing more', async () => {
    const order = paidOrder();
    const first = await started(order);
    const second = await started(order);
    expect(second).toEqual(first);

    const result = await decision(wechatpay, first);
    const third = await started(order);
    expect(third).toEqual(first);
    expect(await decision(wechatpay, third)).toEqual(result);
    expect(declarationsSent(order)).toBe(1);
  });

  it('learns which fields differ when the order was declared with other data, and sends nothing more', async () => {
    const order = paidOrder();
    const { workflowId, runId } = await started(order);
    expect(await declare(wechatpay, { ...order, duty: 99 }, QUICK)).toEqual({ wrong: ['duty'] });
    await decision(wechatpay, { workflowId, runId });
    expect(await declare(wechatpay, { ...order, duty: 99 }, QUICK)).toEqual({ wrong: ['duty'] });
    expect(declarationsSent(order)).toBe(1);
  });

  it('learns every wrong field at once, and starts nothing', async () => {
    const order = paidOrder();
    const payer = { ...order.payer, certificate_id: '330821198809085219' };
    expect(await declare(wechatpay, { ...order, duty: -1, customs: 'Shanghai', payer }, QUICK)).toEqual({
      wrong: expect.arrayContaining(['$.declaration.duty', '$.declaration.customs', '$.identity.certificate_id']),
    });
    expect(declarationsSent(order)).toBe(0);
  });

  it('keeps name and ID number out of what Temporal stores', async () => {
    const order = paidOrder();
    const { workflowId, runId } = await started(order);
    await decision(wechatpay, { workflowId, runId });
    const history = await rig.client.workflow.getHandle(workflowId, runId).fetchHistory();
    const stored = (history.events ?? []).map((event) => payloadTexts(event).join('\n')).join('\n');
    expect(stored).toContain('sealed_with');
    expect(stored).not.toContain(order.payer.certificate_id);
    expect(stored).not.toContain(order.payer.certificate_name);
  });

  it('connects by the environment alone, with no merchant key', async () => {
    const { publicKeyId, publicKey } = rig.credentials.platform;
    const folder = await mkdtemp(join(tmpdir(), 'order-service-'));
    vi.stubEnv('TEMPORAL_ADDRESS', rig.server.address);
    try {
      const file = join(folder, 'public-key.pem');
      await writeFile(file, publicKey);
      const env = { WECHATPAY_SEALING_KEY_ID: publicKeyId, WECHATPAY_SEALING_KEY_FILE: file };
      const { wechatpay: connected, close } = await connect(env);
      expect(await declare(connected, paidOrder(), QUICK)).toMatchObject({ state: 'UNDECLARED' });
      await close();
    } finally {
      vi.unstubAllEnvs();
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('says which variables it misses', async () => {
    await expect(connect({})).rejects.toThrow('WECHATPAY_SEALING_KEY_ID');
  });
});

/** Every payload of an event as text. */
function payloadTexts(value: unknown): string[] {
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('utf8')];
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? [value] : [];
  return Object.values(value).flatMap(payloadTexts);
}
