import { expect } from 'vitest';
import { callsFor, declaredIn, idOf, moveTo, newestRun, notDeclared } from './customs-records';
import { endingsOf, HOUR, MINUTE } from './scenario';
import { asleep, cancelled, causeOf, effects, startedByHand } from './steps';

const WRONG_FILING = '企业不是电商平台企业';

export const customsModificationEndings = endingsOf('customsModification', {
  success: async (rig) => {
    const declared = await declaredIn(rig, 'FAIL');
    const process = await rig.wechatpay.modifyDeclaration(declared);
    expect(process.first).toMatchObject({ answer: { state: 'SUBMITTED', request: 'SENT' } });
    await expect(rig.result(process)).resolves.toMatchObject({
      outcome: 'SUCCESS',
      request: 'SENT',
      record: { duty: 99 },
    });
    expect(effects(rig, 'modified', declared.declaration.transaction_id)).toBe(1);
    return process;
  },
  'nothing-to-modify': async (rig) => {
    const declared = await declaredIn(rig, 'PROCESSING');
    const { modification, declaration } = declared;
    const process = await rig.wechatpay.modifyDeclaration({ modification: { ...modification, duty: 88 } });
    expect(process.first).toMatchObject({ answer: { state: 'PROCESSING', request: 'NOT_NEEDED' } });
    moveTo(rig, declared, 'SUCCESS');
    await expect(rig.result(process)).resolves.toMatchObject({
      outcome: 'SUCCESS',
      request: 'NOT_NEEDED',
      message: expect.stringContaining('nothing was sent') as string,
    });
    expect(effects(rig, 'modified', declaration.transaction_id)).toBe(0);
    return process;
  },
  'answer-lost': async (rig) => {
    const declared = await declaredIn(rig, 'FAIL');
    const key = declared.declaration.transaction_id;
    rig.simulator.faults({ call: 'customs/modify', kind: 'act-and-drop', key });
    const process = await rig.wechatpay.modifyDeclaration(declared);
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS', request: 'SENT' });
    expect([callsFor(rig, 'customs/modify', declared), effects(rig, 'modified', key)]).toEqual([1, 1]);
    return process;
  },
  'sent-again': async (rig) => {
    const declared = await declaredIn(rig, 'SUCCESS');
    const key = declared.declaration.transaction_id;
    rig.simulator.faults({ call: 'customs/modify', kind: 'drop-before-act', key });
    const process = await rig.wechatpay.modifyDeclaration(declared);
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS', record: { duty: 99 } });
    expect([callsFor(rig, 'customs/modify', declared), effects(rig, 'modified', key)]).toEqual([2, 1]);
    return process;
  },
  'five-times-without-an-answer': async (rig) => {
    const declared = await declaredIn(rig, 'FAIL');
    const key = declared.declaration.transaction_id;
    rig.simulator.faults({ call: 'customs/modify', kind: '500', key, times: 'always' });
    const process = await startedByHand(rig, 'customsModification', idOf(declared), {
      modification: declared.modification,
    });
    await expect(rig.result(process)).resolves.toMatchObject({
      outcome: 'UNDECIDED',
      request: 'UNKNOWN',
      record: { state: 'FAIL', duty: 88 },
      remedy: expect.stringContaining('modify it again') as string,
    });
    await expect(rig.wechatpay.status(process.workflowId)).resolves.toMatchObject({ needsOperator: true });
    expect(callsFor(rig, 'customs/modify', declared)).toBe(5);
    return process;
  },
  fail: async (rig) => {
    const afterModify = [{ after: HOUR, state: 'FAIL', explanation: WRONG_FILING }];
    const declared = await declaredIn(rig, 'FAIL', { afterModify });
    const process = await rig.wechatpay.modifyDeclaration(declared);
    await expect(rig.result(process)).resolves.toMatchObject({
      outcome: 'FAIL',
      explanation: WRONG_FILING,
      remedy: expect.stringContaining('right merchant_customs_no') as string,
    });
    return process;
  },
  'old-record-shown-for-a-while': async (rig) => {
    const afterModify = [{ after: MINUTE, state: 'SUCCESS' }];
    const declared = await declaredIn(rig, 'FAIL', { afterModify, changesVisibleAfter: 5 * MINUTE });
    const process = await rig.wechatpay.modifyDeclaration(declared);
    // Also to whoever asks now: the record of before is shown, and does not end it.
    await expect(process.refresh()).resolves.toMatchObject({ state: 'FAIL', duty: 88 });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS', record: { duty: 99 } });
    return process;
  },
  'undecided-while-the-old-record-is-shown': async (rig) => {
    const declared = await declaredIn(rig, 'FAIL', { changesVisibleAfter: 5 * MINUTE });
    const process = await rig.wechatpay.modifyDeclaration({ ...declared, options: { giveUpAfter: '3 minutes' } });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'UNDECIDED', record: { state: 'SUBMITTED' } });
    return process;
  },
  're-pushed': async (rig) => {
    const afterModify = [{ after: MINUTE, state: 'EXCEPT', explanation: 'lock' }];
    const declared = await declaredIn(rig, 'FAIL', { afterModify });
    const process = await rig.wechatpay.modifyDeclaration(declared);
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS', record: { duty: 99 } });
    expect(effects(rig, 'pushed', declared.declaration.transaction_id)).toBe(3);
    return process;
  },
  except: async (rig) => {
    const afterModify = [{ after: MINUTE, state: 'EXCEPT', explanation: 'lock' }];
    const declared = await declaredIn(rig, 'FAIL', { afterModify });
    const process = await rig.wechatpay.modifyDeclaration({ ...declared, options: { repushes: 0 } });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'EXCEPT', remedy: 'Re-push later.' });
    await expect(rig.wechatpay.status(process.workflowId)).resolves.toMatchObject({ needsOperator: true });
    return process;
  },
  refused: async (rig) => {
    const declared = await declaredIn(rig, 'FAIL');
    rig.simulator.script({ payment: { transaction_id: declared.declaration.transaction_id, refunded: true } });
    const process = await rig.wechatpay.modifyDeclaration(declared);
    expect(process.first).toMatchObject({ answer: { state: 'REFUSED' } });
    await expect(rig.result(process)).resolves.toMatchObject({
      outcome: 'REFUSED',
      record: { state: 'FAIL' },
      remedy: expect.any(String) as string,
    });
    return process;
  },
  undecided: async (rig) => {
    const declared = await declaredIn(rig, 'FAIL', { afterModify: [] });
    const process = await rig.wechatpay.modifyDeclaration({ ...declared, options: { giveUpAfter: '2 days' } });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'UNDECIDED', record: { state: 'SUBMITTED' } });
    await expect(rig.wechatpay.status(process.workflowId)).resolves.toMatchObject({ needsOperator: true });
    return process;
  },
  'resumed-by-the-same-modification': async (rig) => {
    const declared = await declaredIn(rig, 'FAIL', { afterModify: [] });
    const undecided = await rig.wechatpay.modifyDeclaration({ ...declared, options: { giveUpAfter: '1 day' } });
    await rig.result(undecided);
    moveTo(rig, declared, 'SUCCESS');
    const process = await rig.wechatpay.modifyDeclaration(declared);
    expect(process.runId).not.toBe(undecided.runId);
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS', request: 'NOT_NEEDED' });
    expect(callsFor(rig, 'customs/modify', declared)).toBe(1);
    return process;
  },
  'never-looked': async (rig) => {
    const declared = await declaredIn(rig, 'FAIL');
    const { sub_order_no } = declared.declaration;
    rig.simulator.faults({ call: 'customs/query', kind: '500', key: sub_order_no, times: 'always' });
    const process = await startedByHand(rig, 'customsModification', idOf(declared), {
      modification: declared.modification,
      options: { giveUpAfter: '1 day' },
    });
    await expect(rig.result(process)).resolves.toMatchObject({
      outcome: 'UNDECIDED',
      remedy: expect.stringContaining('Nothing was sent') as string,
    });
    expect(callsFor(rig, 'customs/modify', declared)).toBe(0);
    return process;
  },
  'nothing-declared': async (rig) => {
    const declared = notDeclared(rig);
    await expect(rig.wechatpay.modifyDeclaration(declared)).rejects.toMatchObject({
      errorClass: 'INPUT',
      code: 'NOT_FOUND',
      remedy: expect.stringContaining('Declare it first') as string,
    });
    const failed = await newestRun(rig, declared);
    // It failed, so the key is free for the declaration.
    await rig.result(await rig.wechatpay.declare(declared));
    expect(effects(rig, 'declared', declared.declaration.transaction_id)).toBe(1);
    return failed;
  },
  'record-of-another-payment': async (rig) => {
    const declared = await declaredIn(rig, 'FAIL');
    const other = `9${declared.declaration.transaction_id.slice(1)}`;
    const modification = { ...declared.modification, transaction_id: other };
    await expect(rig.wechatpay.modifyDeclaration({ modification })).rejects.toMatchObject({
      name: 'ConflictError',
      fields: ['transaction_id'],
    });
    expect(callsFor(rig, 'customs/modify', declared)).toBe(0);
    return newestRun(rig, { ...declared, declaration: { ...declared.declaration, transaction_id: other } });
  },
  'adopt-never-sends': async (rig) => {
    const declared = await declaredIn(rig, 'FAIL');
    const adopting = rig.wechatpay.modifyDeclaration({ ...declared, options: { adopt: true } });
    await expect(adopting).rejects.toMatchObject({ name: 'ConflictError', fields: ['duty'] });
    expect(callsFor(rig, 'customs/modify', declared)).toBe(0);
    return newestRun(rig, declared);
  },
  cancelled: async (rig) => {
    const declared = await declaredIn(rig, 'FAIL', { afterModify: [] });
    const process = await rig.wechatpay.modifyDeclaration(declared);
    await asleep(rig, process);
    return cancelled(rig, process);
  },
  'not-the-id-its-input-demands': async (rig) => {
    const { modification } = notDeclared(rig);
    const run = await startedByHand(rig, 'customsModification', 'customs/modification-of-my-own', { modification });
    await expect(causeOf(rig.result(run))).resolves.toMatchObject({ type: 'WechatPay.InvalidInput' });
    return run;
  },
});
