import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { bundleWorkflowCode, NativeConnection, Worker } from '@temporalio/worker';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Fulfilment, Order } from '../../examples/child-workflow';
import { SEARCH_ATTRIBUTE_TYPES, workflowIds } from '../../src/interface';
import type { CustomsResult } from '../../src/interface';
import { startDevServer, startRig, workflowBundle } from '../../src/testing';
import type { DevServer, Rig } from '../../src/testing';
import { quietRuntime } from '../workflows/dev-server';
import { newSamples } from '../workflows/samples';

const ROOT = join(__dirname, '..', '..');
const QUEUE = 'fulfilment';
const UNDECIDED = [{ after: 0, state: 'PROCESSING' }];

/** An order service whose own workflows are on a worker of its own, beside the worker of this package. */
describe('the order workflow of the examples, with a declaration as its child', () => {
  let server: DevServer;
  let connection: Connection;
  let nativeConnection: NativeConnection;
  let rig: Rig;
  let bundle: WorkflowBundleWithSourceMap;
  let worker: Worker;
  let running: Promise<void> | undefined;

  beforeAll(async () => {
    quietRuntime();
    server = await startDevServer({
      cli: inject('temporalCli'),
      uiPort: false,
      searchAttributes: SEARCH_ATTRIBUTE_TYPES,
    });
    connection = await Connection.connect({ address: server.address });
    nativeConnection = await NativeConnection.connect({ address: server.address });
    rig = await startRig({ connection, nativeConnection });
    bundle = await bundleWorkflowCode({
      workflowsPath: join(ROOT, 'examples', 'child-workflow.ts'),
      logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} },
      // As its users import it, from the sources of this working copy.
      webpackConfigHook: (config) => ({
        ...config,
        resolve: {
          ...config.resolve,
          alias: { ...config.resolve?.alias, 'temporal-wechatpay$': join(ROOT, 'src', 'index.ts') },
        },
      }),
    });
    worker = await Worker.create({ connection: nativeConnection, taskQueue: QUEUE, workflowBundle: bundle });
    running = worker.run();
  });
  afterAll(async () => {
    try {
      await replayed('fulfilOrder', bundle);
      await replayed('customsDeclaration', await workflowBundle());
    } finally {
      if (running !== undefined) worker.shutdown();
      await running;
      await rig?.close();
      await nativeConnection?.close();
      await connection?.close();
      await server?.stop();
    }
  });

  /** Replays every history of a type; one that is not deterministic throws. */
  async function replayed(type: string, code: WorkflowBundleWithSourceMap): Promise<void> {
    const histories = rig.client.workflow.list({ query: `WorkflowType = '${type}'` }).intoHistories();
    let count = 0;
    for await (const { error } of Worker.runReplayHistories({ workflowBundle: code }, histories)) {
      if (error !== undefined) throw error;
      count += 1;
    }
    expect(count).toBeGreaterThan(0);
  }

  /** `states`: what customs says of it; by default it is decided at once, since the first poll is a minute away. */
  function newOrder(parcel: Order['parcel'], states = [{ after: 0, state: 'SUCCESS' }], over: object = {}): Order {
    const { declared } = newSamples(rig.credentials);
    rig.simulator.script({ customs: { transaction_id: declared.transaction_id, states } });
    return { orderNumber: declared.out_trade_no, declaration: { ...declared, ...over }, parcel };
  }

  const idOf = ({ declaration }: Order) => workflowIds.customs(declaration);
  const fulfil = (order: Order, attempt = 1) =>
    rig.client.workflow.start<(order: Order) => Promise<Fulfilment>>('fulfilOrder', {
      taskQueue: QUEUE,
      workflowId: `order/${order.orderNumber}/${attempt}`,
      args: [order],
    });
  const decided = (order: Order): Promise<CustomsResult> => rig.client.workflow.getHandle(idOf(order)).result();
  /** Customs decides, and somebody asks: the next poll is a minute away. */
  async function decide(order: Order): Promise<void> {
    const { transaction_id } = order.declaration;
    const child = await rig.wechatpay.process(idOf(order));
    // Before that it has no record to ask for.
    await expect.poll(async () => (await child.status()).state).toBe('PROCESSING');
    rig.simulator.script({ customs: { transaction_id, states: [{ after: 0, state: 'SUCCESS' }] } });
    await expect(child.refresh()).resolves.toMatchObject({ state: 'SUCCESS' });
  }

  const pushes = ({ declaration }: Order) =>
    rig.simulator.ledger({ effect: 'declared' }).filter(({ key }) => key.includes(declaration.transaction_id))[0]
      ?.count;

  it('waits for customs and has its answer', async () => {
    const order = newOrder('waits');
    const handle = await fulfil(order);
    await expect(handle.result()).resolves.toEqual({ customs: 'SUCCESS', declaration: idOf(order) });
  });

  it('has a child like any other declaration: same queue, same search attributes, same id', async () => {
    const order = newOrder('waits');
    await (await fulfil(order)).result();
    const { taskQueue, searchAttributes } = await rig.client.workflow.getHandle(idOf(order)).describe();
    expect(taskQueue).toBe('wechatpay');
    expect(searchAttributes).toMatchObject({
      WxFlow: ['customsDeclaration'],
      WxState: ['SUCCESS'],
      WxKeys: expect.arrayContaining([order.orderNumber, order.declaration.transaction_id]) as string[],
    });
  });

  it('closes early, and its declaration lives on to the end', async () => {
    const order = newOrder('leaves', UNDECIDED);
    const handle = await fulfil(order);
    await expect(handle.result()).resolves.toMatchObject({ customs: 'DECLARED' });
    expect((await rig.client.workflow.getHandle(idOf(order)).describe()).status.name).toBe('RUNNING');
    await decide(order);
    await expect(decided(order)).resolves.toMatchObject({ outcome: 'SUCCESS' });
  });

  it.each(['terminated', 'cancelled'])('is %s, and its declaration lives on', async (how) => {
    const order = newOrder('waits', UNDECIDED);
    const handle = await fulfil(order);
    const child = rig.client.workflow.getHandle(idOf(order));
    await expect
      .poll(() =>
        child.describe().then(
          ({ status }) => status.name,
          () => 'none',
        ),
      )
      .toBe('RUNNING');
    if (how === 'cancelled') await handle.cancel();
    else await handle.terminate('test');
    await expect(handle.result()).rejects.toThrow();
    expect((await child.describe()).status.name).toBe('RUNNING');
    await decide(order);
    await expect(decided(order)).resolves.toMatchObject({ outcome: 'SUCCESS' });
  });

  it('does not declare twice what was declared before, by a client or by another run', async () => {
    const order = newOrder('waits');
    await rig.wechatpay.declare({ declaration: order.declaration });
    await expect((await fulfil(order)).result()).resolves.toMatchObject({ customs: 'DECLARED' });
    await decided(order);
    await expect((await fulfil(order, 2)).result()).resolves.toMatchObject({ customs: 'DECLARED' });
    expect(pushes(order)).toBe(1);
  });

  it('learns that its data are wrong, and nothing is sent', async () => {
    const order = newOrder('waits', undefined, { order_fee: -1 });
    await expect((await fulfil(order)).result()).resolves.toMatchObject({ customs: 'WRONG' });
    expect(pushes(order)).toBeUndefined();
  });
});
