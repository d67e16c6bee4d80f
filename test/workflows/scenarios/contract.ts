import { expect } from 'vitest';
import { SIGNALS, workflowIds } from '../../../src/interface';
import type { RunId } from '../histories';
import { newSamples } from '../samples';
import type { SkippingRig } from '../time-skipping';
import { endingsOf, MINUTE } from './scenario';
import { handleOf, notification, startedByHand, updated } from './steps';

/** A contract that somebody signed long ago. */
async function signedLongAgo(rig: SkippingRig) {
  const { signed } = newSamples(rig.credentials);
  const { mch_id, appid, openid, plan_id, contract_code } = signed;
  const contract = { mch_id, appid, openid, plan_id, contract_code, contract_id: 'Wx15463511252015071056489715' };
  const run = await startedByHand(rig, 'contract', workflowIds.contract(contract), contract);
  return { contract, run };
}

/** What the webhook hands on when a contract has ended. */
function termination(
  { appid: _appid, ...contract }: Awaited<ReturnType<typeof signedLongAgo>>['contract'],
  mode: string,
) {
  const ended = { change_type: 'DELETE', operate_time: '2031-01-01 08:00:00', contract_termination_mode: mode };
  return notification('contract', { ...contract, ...ended });
}

export const contractEndings = endingsOf('contract', {
  'terminated-by-the-payer': async (rig) => {
    const { contract, run } = await signedLongAgo(rig);
    await handleOf(rig, run).signal(SIGNALS.contractNotified, termination(contract, '2'));
    const expected = { outcome: 'TERMINATED', contract_termination_mode: '2' };
    await expect(rig.result(run)).resolves.toMatchObject(expected);
    return run;
  },
  'history-renewed': async (rig) => {
    const { contract, run } = await signedLongAgo(rig);
    await rig.environment.sleep('32 days');
    const { runId } = await newestRun(rig, run.workflowId);
    expect(runId).not.toBe(run.runId);
    const handle = rig.environment.client.workflow.getHandle(run.workflowId);
    await handle.signal(SIGNALS.contractNotified, termination(contract, '1'));
    await expect(handle.result()).resolves.toMatchObject({ outcome: 'TERMINATED' });
    return run;
  },
  'expired-years-later': async (rig) => {
    const { contract, run } = await signedLongAgo(rig);
    await rig.environment.sleep('62 days');
    const { workflowId, runId } = await newestRun(rig, run.workflowId);
    await handleOf(rig, { workflowId, runId }).signal(SIGNALS.contractNotified, termination(contract, '1'));
    const expected = { outcome: 'TERMINATED', contract_termination_mode: '1' };
    await expect(rig.result({ workflowId, runId })).resolves.toMatchObject(expected);
    return { workflowId, runId };
  },
  // Last: the time-skipping server goes on with polls that an order has given up, and would make them for all those months.
  'terminated-by-us': async (rig) => {
    const { signed } = newSamples(rig.credentials);
    const { out_trade_no } = signed;
    rig.simulator.script({ order: { out_trade_no, pay: { after: MINUTE }, sign: { after: 2 * MINUTE } } });
    const order = await rig.wechatpay.orderWithContract({ order: await rig.expiringIn(signed, 20 * MINUTE) });
    await expect(rig.result(order)).resolves.toMatchObject({ contract: 'SIGNED' });
    const run = await newestRun(rig, workflowIds.contract(signed));
    await updated(rig, run, 'terminate', { remark: 'refunded' });
    await expect(rig.result(run)).resolves.toMatchObject({ outcome: 'TERMINATED', contract_termination_mode: '3' });
    return run;
  },
});

async function newestRun(rig: SkippingRig, workflowId: string): Promise<RunId> {
  const { runId } = await rig.environment.client.workflow.getHandle(workflowId).describe();
  return { workflowId, runId };
}
