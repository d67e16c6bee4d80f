import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConflictError, InvalidInputError, WechatPayClient } from '../../src/client';
import type { CustomsDeclaration } from '../../src/wechatpay/customs/schema';
import { startDevRig } from './dev-server';
import type { DevRig } from './dev-server';
import { eventsOf, readableHistory } from './histories';
import { callsOf } from './outside-calls';
import { newSamples } from './samples';

const FAST = { pollEvery: '1s' };

describe('starting, and starting twice, on a real server', () => {
  let rig: DevRig;
  beforeAll(async () => {
    rig = await startDevRig();
  });
  afterAll(() => rig?.close());

  function effects(effect: string, key: string): number {
    return rig.simulator
      .ledger({ effect })
      .filter((entry) => entry.key.includes(key))
      .reduce((sum, { count }) => sum + count, 0);
  }

  it('fifty starts of one key at once are one process and one declaration', async () => {
    const { declared } = newSamples(rig.credentials);
    const started = await Promise.all(
      Array.from({ length: 50 }, () => rig.wechatpay.declare({ declaration: declared, options: FAST })),
    );
    expect(new Set(started.map(({ runId }) => runId)).size).toBe(1);
    const results = await Promise.all(started.map((process) => process.result()));
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['SUCCESS']));
    expect(effects('declared', declared.transaction_id)).toBe(1);
  });

  it('what is unusual is told to the caller, and WeChat Pay decides', async () => {
    const { declared } = newSamples(rig.credentials);
    const told: unknown[] = [];
    const wechatpay = new WechatPayClient(rig.client, {
      onWarnings: (subject, warnings) => void told.push([subject, warnings.map(({ path }) => path)]),
    });
    const declaration = { ...declared, transaction_id: `${declared.transaction_id}1` };
    await expect(wechatpay.declare({ declaration, options: FAST })).rejects.toMatchObject({ code: 'PARAM_ERROR' });
    expect(told).toEqual([['customs declaration', ['$.declaration.transaction_id']]]);
  });

  it('other data for an open key is refused with the fields that differ, and nothing is sent', async () => {
    const { declared } = newSamples(rig.credentials);
    rig.simulator.script({
      customs: { transaction_id: declared.transaction_id, states: [{ after: 4, state: 'SUCCESS' }] },
    });
    const process = await rig.wechatpay.declare({ declaration: declared, options: FAST });
    const other = { ...declared, merchant_customs_no: '654321', duty: 1 };
    const conflict = await rig.wechatpay
      .declare({ declaration: other, options: FAST })
      .catch((error: unknown) => error);
    expect(conflict).toBeInstanceOf(ConflictError);
    expect((conflict as ConflictError).fields).toEqual(['duty', 'merchant_customs_no']);
    await expect(process.result()).resolves.toMatchObject({ outcome: 'SUCCESS' });
    expect(effects('declared', declared.transaction_id)).toBe(1);
  });

  it('the same data for a closed key gets its result; other data is refused', async () => {
    const { declared } = newSamples(rig.credentials);
    const first = await rig.wechatpay.declare({ declaration: declared, options: FAST });
    await first.result();
    const again = await rig.wechatpay.declare({ declaration: declared, options: FAST });
    expect(again.runId).toBe(first.runId);
    await expect(again.result()).resolves.toMatchObject({ outcome: 'SUCCESS' });
    await expect(rig.wechatpay.declare({ declaration: { ...declared, duty: 7 }, options: FAST })).rejects.toMatchObject(
      { name: 'ConflictError', fields: ['duty'] },
    );
    expect(effects('declared', declared.transaction_id)).toBe(1);
  });

  it('an order started again without what was filled in is the same order', async () => {
    const { signed } = newSamples(rig.credentials);
    const first = await rig.wechatpay.orderWithContract({ order: signed, options: FAST });
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // another second, so other times would be filled in
    const again = await rig.wechatpay.orderWithContract({ order: signed, options: FAST });
    expect(again.runId).toBe(first.runId);
    await expect(
      rig.wechatpay.orderWithContract({ order: { ...signed, total_fee: 889 }, options: FAST }),
    ).rejects.toMatchObject({ name: 'ConflictError', fields: ['total_fee'] });
    expect(effects('ordered', signed.out_trade_no)).toBe(1);
    await rig.client.workflow.getHandle(first.workflowId).cancel();
  });

  it('a second application of one sub-merchant attaches if it is the same, and is refused if not', async () => {
    const { approved } = newSamples(rig.credentials);
    const { mchid } = rig.credentials;
    rig.simulator.script({ h5: { sub_mchid: approved.sub_mchid, states: [{ after: 0, state: 'UNDER_REVIEW' }] } });
    const first = await rig.wechatpay.applyForH5({ mchid, application: approved, options: FAST });
    const again = await rig.wechatpay.applyForH5({ mchid, application: approved, options: FAST });
    expect(again.runId).toBe(first.runId);
    await expect(
      rig.wechatpay.applyForH5({ mchid, application: { ...approved, domains: ['example.com'] }, options: FAST }),
    ).rejects.toMatchObject({
      name: 'ConflictError',
      fields: ['domains'],
      message: expect.stringContaining(`(h5Application, RUNNING, run ${first.runId})`) as string,
    });
    expect(effects('applied', approved.sub_mchid)).toBe(1);
    await rig.client.workflow.getHandle(first.workflowId).cancel();
  });

  it('an application of a merchant number that is none is refused before anything starts', async () => {
    const { approved } = newSamples(rig.credentials);
    const applying = rig.wechatpay.applyForH5({ mchid: 'not a mchid', application: approved });
    await expect(applying).rejects.toMatchObject({ name: 'InvalidInputError', problems: [{ path: '$.mchid' }] });
  });

  it('invalid input names every problem, and nothing is started or sent', async () => {
    const { declared, payer } = newSamples(rig.credentials);
    const wrong = { ...declared, order_fee: 17.76, merchant_customs_no: '', out_trade_no: 'a.b' };
    const error = await rig.wechatpay
      .declare({
        declaration: wrong,
        identity: { ...payer, certificate_id: '330821198809085211' },
        options: { pollEvery: 'soon' },
      })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InvalidInputError);
    const paths = (error as InvalidInputError).problems.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        '$.options.pollEvery',
        '$.declaration.order_fee',
        '$.declaration.merchant_customs_no',
        '$.declaration.out_trade_no',
        '$.identity.certificate_id',
      ]),
    );
    expect((error as Error).message).not.toContain('330821198809085211');
    const count = await rig.client.workflow.count(`WxKeys = '${declared.transaction_id}'`);
    expect(count.count).toBe(0);
    expect(effects('declared', declared.transaction_id)).toBe(0);
  });

  describe('typed by hand into the Temporal UI', () => {
    function typed(type: string, workflowId: string, input: unknown) {
      return rig.client.workflow.start(type, { taskQueue: 'wechatpay', workflowId, args: [input] });
    }

    function idOf({ mchid, customs, transaction_id, sub_order_no }: CustomsDeclaration): string {
      return `customs/${mchid}/${customs}/${transaction_id}/${sub_order_no}`;
    }

    async function failure(handle: { result(): Promise<unknown> }): Promise<ApplicationFailure> {
      const error = await handle.result().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(WorkflowFailedError);
      const { cause } = error as WorkflowFailedError;
      expect(cause).toBeInstanceOf(ApplicationFailure);
      return cause as ApplicationFailure;
    }

    it('a right input needs no client: attributes, addresses, times and serial are filled in', async () => {
      const { signed } = newSamples(rig.credentials);
      const handle = await typed('contractOrder', `contract-order/${signed.mch_id}/${signed.out_trade_no}`, {
        order: signed,
        options: FAST,
      });
      rig.simulator.script({ order: { out_trade_no: signed.out_trade_no, pay: { after: 1 }, sign: { after: 2 } } });
      await expect(handle.result()).resolves.toMatchObject({ payment: 'PAID', contract: 'SIGNED' });
      const { typedSearchAttributes } = await handle.describe();
      expect(
        Object.fromEntries(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value])),
      ).toMatchObject({
        WxFlow: 'contractOrder',
        WxState: 'PAID/SIGNED',
        WxKeys: expect.arrayContaining([signed.out_trade_no, signed.contract_code]) as string[],
      });
    });

    it('an invalid declaration ends in one InvalidInput with the client’s words', async () => {
      const { declared } = newSamples(rig.credentials);
      const wrong = { ...declared, order_fee: 1775, merchant_customs_no: '' };
      const told = await rig.wechatpay.declare({ declaration: wrong }).catch((error: unknown) => error);
      const { type, message } = await failure(await typed('customsDeclaration', idOf(wrong), { declaration: wrong }));
      expect(type).toBe('WechatPay.InvalidInput');
      expect(message).toBe((told as Error).message);
    });

    it.each([
      ['no input at all', undefined, '$'],
      ['a text', 'declare it', '$'],
      ['a declaration without its key', { declaration: { mchid: '1230000109' } }, '$.declaration.customs'],
      ['an unknown field', { declaration: {}, identiy: {} }, '$.identiy'],
      ['a span nobody can read', { declaration: {}, options: { giveUpAfter: 'a week' } }, '$.options.giveUpAfter'],
    ])('%s ends in InvalidInput, not in a workflow that hangs', async (_, input, path) => {
      const handle = await typed('customsDeclaration', `customs/typed-by-hand/${path}/${Math.random()}`, input);
      const { type, message } = await failure(handle);
      expect(type).toBe('WechatPay.InvalidInput');
      expect(message).toContain(`${path}:`);
    });

    it.each([
      ['a number without quotes', '$.declaration.out_trade_no', { out_trade_no: 20150806 }],
      ['an object for a number', '$.declaration.out_trade_no', { out_trade_no: {} }],
      ['half a character', '$.declaration.merchant_customs_no', { merchant_customs_no: '\ud800' }],
    ])('a declaration with %s ends in InvalidInput', async (_, path, wrong) => {
      const { declared } = newSamples(rig.credentials);
      const { type, message } = await failure(
        await typed('customsDeclaration', idOf(declared), { declaration: { ...declared, ...wrong } }),
      );
      expect(type).toBe('WechatPay.InvalidInput');
      expect(message).toContain(`${path}:`);
      expect(effects('declared', declared.transaction_id)).toBe(0);
    });

    it('half a character in a number of the workflow id ends in InvalidInput', async () => {
      const { declared } = newSamples(rig.credentials);
      const { type } = await failure(
        await typed('customsDeclaration', `customs/half/${Math.random()}`, {
          declaration: { ...declared, transaction_id: '\ud800' },
        }),
      );
      expect(type).toBe('WechatPay.InvalidInput');
    });

    it('an identity that was not sealed ends in InvalidInput before anything is sent, and is not repeated', async () => {
      const { declared, payer } = newSamples(rig.credentials);
      const { type, message } = await failure(
        await typed('customsDeclaration', idOf(declared), {
          declaration: declared,
          identity: { certificate_type: 'IDCARD', ...payer, sealed_with: 'PUB_KEY_ID_1' },
        }),
      );
      expect(type).toBe('WechatPay.InvalidInput');
      expect(message).toContain('$.identity.certificate_id:');
      expect(message).not.toContain(payer.certificate_id);
      expect(message).not.toContain(payer.certificate_name);
      expect(effects('declared', declared.transaction_id)).toBe(0);
    });

    it.each([
      ['a contract number without quotes', '$.order.contract_code', { contract_code: 100001256 }],
      [
        'an expiry that has passed',
        '$.order.time_expire',
        { time_start: '20200101000000', time_expire: '20190101000000' },
      ],
    ])('an order with %s ends in InvalidInput', async (_, path, wrong) => {
      const { signed } = newSamples(rig.credentials);
      const { type, message } = await failure(
        await typed('contractOrder', `contract-order/${signed.mch_id}/${signed.out_trade_no}`, {
          order: { ...signed, ...wrong },
        }),
      );
      expect(type).toBe('WechatPay.InvalidInput');
      expect(message).toContain(`${path}:`);
      expect(effects('ordered', signed.out_trade_no)).toBe(0);
    });

    it.each([
      ['h5Application', { mchid: 1230000109, application: { sub_mchid: '2491935631' } }, '$.mchid:'],
      ['h5Application', { application: { sub_mchid: '2491935631' } }, '$.mchid:'],
      ['h5Application', { mchid: 'not a mchid', application: { sub_mchid: '2491935631' } }, '$'],
      ['contract', { mch_id: '1230000109', plan_id: '1', contract_code: 'C', seen: 5, out_trade_no: 7 }, '$'],
      ['unclaimedNotification', undefined, '$:'],
      ['unclaimedNotification', { mchid: '1', reason: 'x', notification: { kind: 'payment' } }, '$.notification.id:'],
      ['identityVerification', { verification: 7 }, '$.verification:'],
    ])('%s with %j ends in InvalidInput', async (type, input, path) => {
      const handle = await typed(type, `typed-by-hand/${Math.random()}`, input);
      const { type: failureType, message } = await failure(handle);
      expect(failureType).toBe('WechatPay.InvalidInput');
      expect(message).toContain(path);
    });

    it('another workflow id than the input demands is refused, and the right one is named', async () => {
      const { declared } = newSamples(rig.credentials);
      const { type, message } = await failure(
        await typed('customsDeclaration', 'my-declaration', { declaration: declared }),
      );
      expect(type).toBe('WechatPay.InvalidInput');
      expect(message).toContain(idOf(declared));
      expect(effects('declared', declared.transaction_id)).toBe(0);
    });

    it('the update submitted without an argument compares nothing and answers', async () => {
      const { declared } = newSamples(rig.credentials);
      const process = await rig.wechatpay.declare({ declaration: declared, options: FAST });
      const answer = await rig.client.workflow
        .getHandle(process.workflowId)
        .executeUpdate<{ state: string }, []>('submitted');
      expect(answer.state).toBe('UNDECLARED');
      await process.result();
    });
  });

  it('a refusal by WeChat Pay is an outcome, told by the first answer too', async () => {
    const { declared } = newSamples(rig.credentials);
    rig.simulator.script({ payment: { transaction_id: declared.transaction_id, refunded: true } });
    const process = await rig.wechatpay.declare({ declaration: declared, options: FAST });
    expect(process.first).toMatchObject({ answer: { state: 'REFUSED', code: 'INVALID_REQUEST' } });
    await expect(process.result()).resolves.toMatchObject({
      outcome: 'REFUSED',
      code: 'INVALID_REQUEST',
      message: expect.any(String) as string,
      remedy: expect.any(String) as string,
    });
  });

  it('a record with other data at WeChat Pay is a Conflict that names the fields', async () => {
    const { declared } = newSamples(rig.credentials);
    // As after the namespace's retention, or by a colleague: WeChat Pay has it, Temporal does not.
    await callsOf(rig).customs.declare(declared);
    const other = { ...declared, order_fee: 1777, transport_fee: 889 };
    await expect(rig.wechatpay.declare({ declaration: other, options: FAST })).rejects.toMatchObject({
      name: 'ConflictError',
      fields: ['order_fee', 'transport_fee'],
      message: expect.stringContaining('transport_fee') as string,
    });
    const same = await rig.wechatpay.declare({ declaration: declared, options: FAST });
    await expect(same.result()).resolves.toMatchObject({ outcome: 'SUCCESS' });
    expect(effects('declared', declared.transaction_id)).toBe(1);
  });

  it('neither the ID number nor the name is in any history', async () => {
    const { declared, payer } = newSamples(rig.credentials);
    rig.simulator.payers({ transaction_id: declared.transaction_id, ...payer });
    const process = await rig.wechatpay.declare({ declaration: declared, identity: payer, options: FAST });
    await expect(process.result()).resolves.toMatchObject({ identity: { outcome: 'SAME' } });
    const history = await readableHistory(rig.client, process);
    expect(history).toContain('sealed_with'); // the input is readable here, so the search below means something
    expect(history).not.toContain(payer.certificate_id);
    expect(history).not.toContain(payer.certificate_name);
    expect(history).not.toContain('WECHATPAY2');
    expect(await eventsOf(rig.client, process)).toContain('workflowExecutionCompleted');
  });
});

describe('without a worker', () => {
  it('starting gives up waiting for the first answer, and the process goes on once a worker is there', async () => {
    const rig = await startDevRig({ withoutWorker: true });
    try {
      const { declared } = newSamples(rig.credentials);
      const process = await rig.wechatpay.declare({ declaration: declared, options: FAST });
      expect(process.first).toEqual({ started: true });
      await rig.startWorker();
      await expect(process.result()).resolves.toMatchObject({ outcome: 'SUCCESS' });
    } finally {
      await rig.close();
    }
  });
});
