import { expect } from 'vitest';
import { workflowIds } from '../../../src/interface';
import { newSamples } from '../samples';
import { endingsOf } from './scenario';
import { notification, startedByHand, updated } from './steps';

export const unclaimedNotificationEndings = endingsOf('unclaimedNotification', {
  resolved: async (rig) => {
    const { mchid } = rig.credentials;
    const { out_trade_no, total_fee, openid } = newSamples(rig.credentials).signed;
    const kept = notification('payment', {
      ...{ out_trade_no, total_fee, openid, appid: rig.credentials.appid, mch_id: mchid },
      ...{ trade_type: 'JSAPI', transaction_id: '1004400740201409030005092168', time_end: '20260102030501' },
    });
    const workflowId = workflowIds.unclaimed({ kind: 'payment', mchid, id: kept.id });
    const input = { mchid, notification: kept, reason: 'no open workflow waits for it' };
    const run = await startedByHand(rig, 'unclaimedNotification', workflowId, input);
    await expect(rig.wechatpay.status(workflowId)).resolves.toMatchObject({ state: 'UNCLAIMED', needsOperator: true });
    await updated(rig, run, 'resolve', { note: 'refunded on the platform' });
    await expect(rig.result(run)).resolves.toEqual({ outcome: 'RESOLVED', note: 'refunded on the platform' });
    return run;
  },
});
