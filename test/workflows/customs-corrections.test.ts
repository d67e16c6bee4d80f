import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workflowIds } from '../../src/interface';
import type { CustomsResult } from '../../src/interface';
import { PartlyStartedError } from '../../src/client';
import { startDevRig } from './dev-server';
import type { DevRig } from './dev-server';
import { eventually, readableHistory } from './histories';
import { callsOf } from './outside-calls';
import { newSamples } from './samples';

const FAST = { pollEvery: '1s' };
const NO_POLLS = { pollEvery: '1 hour' };

describe('corrections of a declaration, on a real server', () => {
  let rig: DevRig;
  beforeAll(async () => {
    rig = await startDevRig();
  });
  afterAll(() => rig?.close());

  function count(effect: string, part: string): number {
    const entries = rig.simulator.ledger({ effect }).filter(({ key }) => key.includes(part));
    return entries.reduce((sum, entry) => sum + entry.count, 0);
  }

  /** A declaration that goes through `states` when it is made, and its corrections. */
  function samplesIn(state: string) {
    const { declared } = newSamples(rig.credentials);
    const { transaction_id } = declared;
    rig.simulator.script({
      customs: { transaction_id, states: [{ after: 0, state }], afterModify: [], afterRepush: [] },
    });
    const { fee_type: _fee_type, ...modifiable } = declared;
    const { appid, mchid, out_trade_no, sub_order_no, customs, merchant_customs_no } = declared;
    return {
      declared,
      transaction_id,
      workflowId: workflowIds.customs(declared),
      modification: { ...modifiable, duty: 99 },
      repush: { appid, mchid, out_trade_no, transaction_id, sub_order_no, customs, merchant_customs_no },
    };
  }

  function moveTo(transaction_id: string, state: string): void {
    rig.simulator.script({ customs: { transaction_id, states: [{ after: 0, state }] } });
  }

  it('a declaration that failed is modified, and pushed again later: one id, three runs', async () => {
    const { declared, transaction_id, workflowId, modification, repush } = samplesIn('FAIL');
    const declaration = await rig.wechatpay.declare({ declaration: declared, options: FAST });
    await expect(declaration.result()).resolves.toMatchObject({ outcome: 'FAIL' });
    const modified = await rig.wechatpay.modifyDeclaration({ modification, options: FAST });
    expect(modified.first).toMatchObject({ answer: { state: 'SUBMITTED', request: 'SENT' } });
    moveTo(transaction_id, 'SUCCESS');
    await expect(modified.result()).resolves.toMatchObject({ outcome: 'SUCCESS', record: { duty: 99 } });
    const pushed = await rig.wechatpay.repushDeclaration({ repush, options: FAST });
    expect(pushed.first).toMatchObject({ answer: { state: 'UNDECLARED', request: 'SENT' } });
    moveTo(transaction_id, 'SUCCESS');
    await expect(pushed.result()).resolves.toMatchObject({ outcome: 'SUCCESS', request: 'SENT' });
    expect(new Set([declaration, modified, pushed].map((process) => process.workflowId))).toEqual(
      new Set([workflowId]),
    );
    expect(new Set([declaration, modified, pushed].map(({ runId }) => runId)).size).toBe(3);
    expect([count('declared', transaction_id), count('modified', transaction_id)]).toEqual([1, 1]);
    expect(count('pushed', transaction_id)).toBe(3);
  });

  it('a second modification joins an open one with the same data, and is refused with other data', async () => {
    const { declared, transaction_id, modification } = samplesIn('FAIL');
    await callsOf(rig).customs.declare(declared);
    const first = await rig.wechatpay.modifyDeclaration({ modification, options: NO_POLLS });
    const again = await rig.wechatpay.modifyDeclaration({ modification });
    expect([again.runId, again.first]).toEqual([first.runId, first.first]);
    await expect(rig.wechatpay.modifyDeclaration({ modification: { ...modification, duty: 7 } })).rejects.toMatchObject(
      {
        name: 'ConflictError',
        fields: ['duty'],
        message: expect.stringContaining(`(customsModification, RUNNING, run ${first.runId})`) as string,
      },
    );
    expect(count('modified', transaction_id)).toBe(1);
    await rig.client.workflow.getHandle(first.workflowId).cancel();
    await first.result().catch(() => undefined);
  });

  it('two re-pushes at once are one push', async () => {
    const { declared, transaction_id, repush } = samplesIn('EXCEPT');
    await callsOf(rig).customs.declare(declared);
    const clicks = await Promise.all(
      Array.from({ length: 2 }, () => rig.wechatpay.repushDeclaration({ repush, options: NO_POLLS })),
    );
    const [first, second] = clicks;
    expect([second?.runId, second?.first]).toEqual([first?.runId, first?.first]);
    expect(count('pushed', transaction_id)).toBe(2); // the declaration itself, and one more
    await rig.client.workflow.getHandle(first?.workflowId ?? '').cancel();
    await first?.result().catch(() => undefined);
  });

  it.each(['modification', 'repush'] as const)(
    'a %s while the declaration is open is refused, and the open run is named with its type and state',
    async (kind) => {
      const samples = samplesIn('PROCESSING');
      const open = await rig.wechatpay.declare({ declaration: samples.declared, options: NO_POLLS });
      await eventually(
        async () => ((await open.status()).state === 'PROCESSING' ? true : undefined),
        'the first record',
      );
      const starting =
        kind === 'modification' ? rig.wechatpay.modifyDeclaration(samples) : rig.wechatpay.repushDeclaration(samples);
      await expect(starting).rejects.toMatchObject({
        name: 'ConflictError',
        message: expect.stringContaining(
          `taken by customsDeclaration (RUNNING, state PROCESSING), run ${open.runId}`,
        ) as string,
      });
      expect(count('modified', samples.transaction_id)).toBe(0);
      expect(count('pushed', samples.transaction_id)).toBe(1);
      await rig.client.workflow.getHandle(open.workflowId).cancel();
      await open.result().catch(() => undefined);
    },
  );

  it('a declaration does not join a re-push, although both have the same fields', async () => {
    const { declared } = newSamples(rig.credentials);
    const { appid, mchid, out_trade_no, transaction_id, customs, merchant_customs_no } = declared;
    const plain = { appid, mchid, out_trade_no, transaction_id, customs, merchant_customs_no };
    rig.simulator.script({
      customs: { transaction_id, states: [{ after: 0, state: 'SUCCESS' }], afterRepush: [] },
    });
    await callsOf(rig).customs.declare(plain);
    const open = await rig.wechatpay.repushDeclaration({ repush: plain, options: NO_POLLS });
    await expect(rig.wechatpay.declare({ declaration: plain })).rejects.toMatchObject({
      name: 'ConflictError',
      message: expect.stringContaining('taken by customsRepush (RUNNING, state ') as string,
    });
    await rig.client.workflow.getHandle(open.workflowId).cancel();
    await open.result().catch(() => undefined);
  });

  it('a declaration after its modification has ended is refused: the record is another one by now', async () => {
    const { declared, transaction_id, modification } = samplesIn('FAIL');
    await callsOf(rig).customs.declare(declared);
    rig.simulator.script({ customs: { transaction_id, afterModify: [{ after: 0, state: 'SUCCESS' }] } });
    await (await rig.wechatpay.modifyDeclaration({ modification, options: FAST })).result();
    await expect(rig.wechatpay.declare({ declaration: declared })).rejects.toMatchObject({
      name: 'ConflictError',
      message: expect.stringContaining('taken by customsModification (COMPLETED, state SUCCESS)') as string,
    });
    expect(count('declared', transaction_id)).toBe(1);
  });

  it('a declaration made past this system is adopted, modified and pushed again', async () => {
    const { declared, transaction_id, modification, repush } = samplesIn('PROCESSING');
    await callsOf(rig).customs.declare(declared);
    const adopted = await rig.wechatpay.declare({ declaration: declared, options: { ...FAST, adopt: true } });
    moveTo(transaction_id, 'FAIL');
    await expect(adopted.result()).resolves.toMatchObject({ outcome: 'FAIL' });
    rig.simulator.script({ customs: { transaction_id, afterModify: [{ after: 1, state: 'SUCCESS' }] } });
    const modified = await rig.wechatpay.modifyDeclaration({ modification, options: FAST });
    await expect(modified.result()).resolves.toMatchObject({ outcome: 'SUCCESS', record: { duty: 99 } });
    rig.simulator.script({ customs: { transaction_id, afterRepush: [{ after: 1, state: 'SUCCESS' }] } });
    const pushed = await rig.wechatpay.repushDeclaration({ repush, options: FAST });
    await expect(pushed.result()).resolves.toMatchObject({ outcome: 'SUCCESS', request: 'SENT' });
    expect(count('declared', transaction_id)).toBe(1);
  });

  it('a modification cannot be cancelled between sending and knowing', async () => {
    const { declared, transaction_id, modification, workflowId } = samplesIn('FAIL');
    await callsOf(rig).customs.declare(declared);
    rig.simulator.faults({ kind: 'delay', call: 'customs/modify', key: transaction_id, ms: 1_500 });
    const starting = rig.wechatpay.modifyDeclaration({ modification, options: NO_POLLS });
    await eventually(
      () =>
        Promise.resolve(rig.simulator.calls({ call: 'customs/modify', key: transaction_id }).length > 0 || undefined),
      'sending the modification',
    );
    await rig.client.workflow.getHandle(workflowId).cancel();
    const process = await starting;
    expect(process.first).toMatchObject({ answer: { state: 'SUBMITTED', request: 'SENT' } });
    await expect(process.result()).rejects.toMatchObject({ name: 'WorkflowFailedError' });
    expect(count('modified', transaction_id)).toBe(1);
  });

  it('invalid corrections name every problem, and nothing is started', async () => {
    const { modification, repush, transaction_id } = samplesIn('FAIL');
    const wrong = { ...modification, order_fee: 1.5, fee_type: 'CNY' };
    await expect(
      rig.wechatpay.modifyDeclaration({ modification: wrong, options: { repushes: 4 } }),
    ).rejects.toMatchObject({
      name: 'InvalidInputError',
      problems: expect.arrayContaining([
        expect.objectContaining({ path: '$.options.repushes' }),
        expect.objectContaining({ path: '$.modification.order_fee' }),
        expect.objectContaining({ path: '$.modification.fee_type' }),
      ]) as object[],
    });
    await expect(
      rig.wechatpay.repushDeclaration({ repush: { ...repush, mchid: '1' }, options: { adopt: true } }),
    ).rejects.toMatchObject({
      name: 'InvalidInputError',
      problems: expect.arrayContaining([
        expect.objectContaining({ path: '$.options.adopt' }),
        expect.objectContaining({ path: '$.repush.mchid' }),
      ]) as object[],
    });
    expect((await rig.client.workflow.count(`WxKeys = '${transaction_id}'`)).count).toBe(0);
  });

  describe('a split order', () => {
    /** Parts of one payment, 1776 fen each. */
    function parts(names: readonly string[]) {
      const { declared } = newSamples(rig.credentials);
      return names.map((name) => ({ ...declared, sub_order_no: `${declared.out_trade_no}${name}` }));
    }

    it('whose parts exceed the payment starts nothing', async () => {
      const declarations = parts(['A', 'B']);
      await expect(rig.wechatpay.declareSplit({ declarations, payment: { paid: 3551 } })).rejects.toMatchObject({
        name: 'InvalidInputError',
        problems: [{ path: '$.declarations', code: 'sum', got: '3552' }],
      });
      const [first] = declarations;
      expect((await rig.client.workflow.count(`WxKeys = '${first?.transaction_id}'`)).count).toBe(0);
      expect(count('declared', first?.transaction_id ?? '')).toBe(0);
    });

    it('of no parts starts nothing and says so', async () => {
      for (const declarations of [[], undefined as never]) {
        await expect(rig.wechatpay.declareSplit({ declarations })).rejects.toMatchObject({ name: 'InvalidInputError' });
      }
    });

    it('is a process for each part, and a repeat joins them', async () => {
      const declarations = parts(['A', 'B', 'C']);
      const request = { declarations, payment: { paid: 6000, refunded: 600 }, options: FAST };
      const first = await rig.wechatpay.declareSplit(request);
      expect(first.map(({ workflowId }) => workflowId)).toEqual(declarations.map((part) => workflowIds.customs(part)));
      const again = await rig.wechatpay.declareSplit(request);
      expect(again.map(({ runId }) => runId)).toEqual(first.map(({ runId }) => runId));
      const results: CustomsResult[] = await Promise.all(first.map((process) => process.result()));
      expect(results).toMatchObject(
        declarations.map(({ sub_order_no }) => ({ outcome: 'SUCCESS', record: { sub_order_no } })),
      );
      expect(count('declared', declarations[0]?.transaction_id ?? '')).toBe(3);
    });

    it('that is started in part says which, and its repeat starts the rest', async () => {
      const [one, two, three] = parts(['A', 'B', 'C']);
      if (one === undefined || two === undefined || three === undefined) throw new Error('three parts');
      await callsOf(rig).customs.declare({ ...two, duty: 7 });
      const request = { declarations: [one, two, three], options: FAST };
      const error = await rig.wechatpay.declareSplit(request).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(PartlyStartedError);
      const { started, failed, message } = error as PartlyStartedError;
      expect(started.map(({ workflowId }) => workflowId)).toEqual(
        [one, three].map((part) => workflowIds.customs(part)),
      );
      expect(failed).toMatchObject([
        { index: 1, sub_order_no: two.sub_order_no, error: { name: 'ConflictError', fields: ['duty'] } },
      ]);
      expect(message).toContain('2 of 3 parts');
      expect(message).toContain(two.sub_order_no);
      const repeated = await rig.wechatpay.declareSplit({
        ...request,
        declarations: [one, { ...two, duty: 7 }, three],
      });
      expect([repeated[0]?.runId, repeated[2]?.runId]).toEqual(started.map(({ runId }) => runId));
      await Promise.all(repeated.map((process) => process.result()));
      expect(count('declared', one.transaction_id)).toBe(3);
    });
  });

  it('nothing personal is in anything that can be read of a declaration, its identity and its corrections', async () => {
    const { declared, modification, repush, transaction_id } = samplesIn('SUCCESS');
    const payer = { certificate_id: '330821198809085212', certificate_name: 'Ouyang Xiu' };
    rig.simulator.payers({ transaction_id, ...payer });
    rig.simulator.script({
      customs: {
        transaction_id,
        afterModify: [{ after: 1, state: 'SUCCESS' }],
        afterRepush: [{ after: 1, state: 'SUCCESS' }],
      },
    });
    const declaration = await rig.wechatpay.declare({ declaration: declared, identity: payer, options: FAST });
    await expect(declaration.result()).resolves.toMatchObject({ identity: { outcome: 'SAME' } });
    const own = await rig.wechatpay.verifyIdentity({ order: repush, identity: payer });
    await expect(own.result()).resolves.toEqual({ outcome: 'SAME' });
    const wrong = await rig.wechatpay.verifyIdentity({
      order: repush,
      identity: { ...payer, certificate_name: 'Su Shi' },
    });
    await expect(wrong.result()).resolves.toEqual({ outcome: 'DIFFERENT' });
    const modified = await rig.wechatpay.modifyDeclaration({ modification, options: FAST });
    await modified.result();
    const pushed = await rig.wechatpay.repushDeclaration({ repush, options: FAST });
    await pushed.result();
    for (const process of [declaration, own, wrong, modified, pushed]) {
      const { workflowId, runId } = process;
      const described = await rig.client.workflow.getHandle(workflowId, runId).describe();
      const shown = [
        await readableHistory(rig.client, process),
        inspect(described, { depth: Infinity, maxStringLength: null, maxArrayLength: null }),
        JSON.stringify(await process.status()),
      ].join('\n');
      expect(shown).toContain(transaction_id); // it is readable, so the search below means something
      const { certificate_id } = payer;
      for (const secret of [certificate_id, 'Ouyang Xiu', 'Su Shi', certificate_id.slice(6, 14), 'WECHATPAY2']) {
        expect(shown.includes(secret), secret).toBe(false);
      }
    }
  });
});
