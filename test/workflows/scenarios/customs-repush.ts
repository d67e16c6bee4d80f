import { expect } from 'vitest';
import { callsFor, declaredIn, idOf, newestRun, notDeclared } from './customs-records';
import { endingsOf, HOUR } from './scenario';
import { asleep, cancelled, causeOf, effects, startedByHand } from './steps';

const late = [{ after: HOUR, state: 'SUCCESS' }];

export const customsRepushEndings = endingsOf('customsRepush', {
  'from-success': async (rig) => {
    const declared = await declaredIn(rig, 'SUCCESS', { afterRepush: late });
    const process = await rig.wechatpay.repushDeclaration(declared);
    expect(process.first).toMatchObject({ answer: { state: 'UNDECLARED', request: 'SENT' } });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS', request: 'SENT' });
    expect(effects(rig, 'pushed', declared.declaration.transaction_id)).toBe(2);
    return process;
  },
  'from-except': async (rig) => {
    const declared = await declaredIn(rig, 'EXCEPT', { afterRepush: late });
    const process = await rig.wechatpay.repushDeclaration(declared);
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS', request: 'SENT' });
    return process;
  },
  fail: async (rig) => {
    const afterRepush = [{ after: HOUR, state: 'FAIL', explanation: '支付信息不存在' }];
    const declared = await declaredIn(rig, 'SUCCESS', { afterRepush });
    const process = await rig.wechatpay.repushDeclaration(declared);
    await expect(rig.result(process)).resolves.toMatchObject({
      outcome: 'FAIL',
      remedy: expect.stringContaining('Compare the numbers') as string,
    });
    return process;
  },
  'except-again': async (rig) => {
    const afterRepush = [{ after: HOUR, state: 'EXCEPT', explanation: 'lock' }];
    const declared = await declaredIn(rig, 'EXCEPT', { afterRepush });
    const process = await rig.wechatpay.repushDeclaration({ ...declared, options: { repushes: 3 } });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'EXCEPT' });
    // The declaration, the re-push asked for, and two automatic ones: three re-pushes in all.
    expect(effects(rig, 'pushed', declared.declaration.transaction_id)).toBe(4);
    return process;
  },
  'answer-lost': async (rig) => {
    const declared = await declaredIn(rig, 'SUCCESS', { afterRepush: late });
    const key = declared.declaration.transaction_id;
    rig.simulator.faults({ call: 'customs/redeclare', kind: 'act-and-drop', key });
    const process = await rig.wechatpay.repushDeclaration(declared);
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS', request: 'SENT' });
    expect([callsFor(rig, 'customs/redeclare', declared), effects(rig, 'pushed', key)]).toEqual([1, 2]);
    return process;
  },
  'unknown-from-success': async (rig) => {
    const declared = await declaredIn(rig, 'SUCCESS');
    const key = declared.declaration.transaction_id;
    rig.simulator.faults({ call: 'customs/redeclare', kind: '500', key, times: 'always' });
    const process = await rig.wechatpay.repushDeclaration(declared);
    await expect(rig.result(process)).resolves.toMatchObject({
      outcome: 'SUCCESS',
      request: 'UNKNOWN',
      remedy: expect.stringContaining('harmless to repeat') as string,
    });
    await expect(rig.wechatpay.status(process.workflowId)).resolves.toMatchObject({ needsOperator: true });
    expect(callsFor(rig, 'customs/redeclare', declared)).toBe(1);
    return process;
  },
  'unknown-from-except': async (rig) => {
    const declared = await declaredIn(rig, 'EXCEPT', { afterRepush: late });
    const key = declared.declaration.transaction_id;
    rig.simulator.faults({ call: 'customs/redeclare', kind: '500', key });
    const process = await rig.wechatpay.repushDeclaration(declared);
    expect(process.first).toMatchObject({ answer: { state: 'EXCEPT', request: 'UNKNOWN' } });
    // It stays EXCEPT, so the automatic re-push follows.
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS', request: 'UNKNOWN' });
    expect([callsFor(rig, 'customs/redeclare', declared), effects(rig, 'pushed', key)]).toEqual([2, 2]);
    return process;
  },
  refused: async (rig) => {
    const declared = await declaredIn(rig, 'SUCCESS');
    const key = declared.declaration.transaction_id;
    const refusal = { status: 404, code: 'RESOURCE_NOT_EXISTS', message: 'no such order' };
    rig.simulator.faults({ call: 'customs/redeclare', kind: 'error', key, ...refusal });
    const process = await rig.wechatpay.repushDeclaration(declared);
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'REFUSED', code: 'RESOURCE_NOT_EXISTS' });
    return process;
  },
  'not-from-processing': async (rig) => {
    const declared = await declaredIn(rig, 'PROCESSING');
    await expect(rig.wechatpay.repushDeclaration(declared)).rejects.toMatchObject({
      name: 'ConflictError',
      fields: ['state'],
      message: expect.stringContaining('is PROCESSING; a re-push is possible from SUCCESS or EXCEPT only') as string,
    });
    expect(callsFor(rig, 'customs/redeclare', declared)).toBe(0);
    return newestRun(rig, declared);
  },
  'not-from-fail': async (rig) => {
    const declared = await declaredIn(rig, 'FAIL');
    await expect(rig.wechatpay.repushDeclaration(declared)).rejects.toMatchObject({
      message: expect.stringContaining('Correct it with a modification') as string,
    });
    expect(callsFor(rig, 'customs/redeclare', declared)).toBe(0);
    return newestRun(rig, declared);
  },
  'other-registration-number': async (rig) => {
    const declared = await declaredIn(rig, 'SUCCESS');
    const repush = { ...declared.repush, merchant_customs_no: '654321' };
    await expect(rig.wechatpay.repushDeclaration({ repush })).rejects.toMatchObject({
      name: 'ConflictError',
      fields: ['merchant_customs_no'],
    });
    expect(callsFor(rig, 'customs/redeclare', declared)).toBe(0);
    return newestRun(rig, declared);
  },
  'nothing-declared': async (rig) => {
    const declared = notDeclared(rig);
    const pushing = rig.wechatpay.repushDeclaration(declared);
    await expect(pushing).rejects.toMatchObject({ errorClass: 'INPUT', code: 'NOT_FOUND' });
    return newestRun(rig, declared);
  },
  undecided: async (rig) => {
    const declared = await declaredIn(rig, 'SUCCESS', { afterRepush: [] });
    const process = await rig.wechatpay.repushDeclaration({ ...declared, options: { giveUpAfter: '1 day' } });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'UNDECIDED', record: { state: 'UNDECLARED' } });
    return process;
  },
  cancelled: async (rig) => {
    const declared = await declaredIn(rig, 'SUCCESS', { afterRepush: [] });
    const process = await rig.wechatpay.repushDeclaration(declared);
    await asleep(rig, process);
    return cancelled(rig, process);
  },
  'adopt-refused': async (rig) => {
    const declared = await declaredIn(rig, 'SUCCESS');
    const input = { repush: declared.repush, options: { adopt: true } };
    const run = await startedByHand(rig, 'customsRepush', idOf(declared), input);
    await expect(causeOf(rig.result(run))).resolves.toMatchObject({
      type: 'WechatPay.InvalidInput',
      message: expect.stringContaining('$.options.adopt') as string,
    });
    return run;
  },
});
