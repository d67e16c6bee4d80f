import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newSamples } from '../workflows/samples';
import { startSkippingRig } from '../workflows/time-skipping';
import type { SkippingRig } from '../workflows/time-skipping';
import type { RunId } from '../workflows/histories';

/* Faults that last for hours, with time skipped: a key that is wrong, and a webhook that nobody can reach. */

const HOUR = 3_600_000;

let rig: SkippingRig;
const runs: RunId[] = [];

beforeAll(async () => {
  rig = await startSkippingRig();
});
afterAll(async () => {
  try {
    if (rig !== undefined) expect(await rig.replay(...runs)).toBeGreaterThan(0);
  } finally {
    await rig?.close();
  }
});

/** Requests about any of these numbers. */
function callsAbout(...numbers: readonly string[]): number[] {
  return numbers.map((key) => rig.simulator.calls({ key }).reduce((sum, { count }) => sum + count, 0));
}

describe('a private key that is wrong for two hours', () => {
  it('costs each open process at most a call a minute, then one in five, and every one goes on when it is right again', async () => {
    const open = [];
    for (let index = 0; index < 12; index += 1) {
      const { declared } = newSamples(rig.credentials);
      const { transaction_id, sub_order_no = '' } = declared;
      rig.simulator.script({ customs: { transaction_id, states: [{ after: 0, state: 'PROCESSING' }] } });
      const process = await rig.wechatpay.declare({ declaration: declared });
      runs.push(process);
      open.push({ process, transaction_id, sub_order_no });
    }
    const numbers = open.map(({ sub_order_no }) => sub_order_no);
    rig.simulator.faults({ kind: '401', times: 'always' });
    const before = callsAbout(...numbers);
    await rig.environment.sleep(2 * HOUR);
    const during = callsAbout(...numbers).map((count, index) => count - (before[index] ?? 0));
    // By the schedule of its polls alone each would ask 32 times: ten in the first minutes, then every five.
    for (const count of during) {
      expect(count).toBeGreaterThan(15);
      expect(count).toBeLessThanOrEqual(45);
    }
    for (const { process } of open) {
      await expect(rig.wechatpay.status(process.workflowId)).resolves.toMatchObject({
        state: 'PROCESSING',
        needsOperator: true,
      });
    }
    rig.simulator.clearFaults();
    for (const { transaction_id } of open) {
      rig.simulator.script({ customs: { transaction_id, states: [{ after: 0, state: 'SUCCESS' }] } });
    }
    for (const { process } of open) {
      await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS' });
    }
    const made = rig.simulator.ledger({ effect: 'declared' });
    for (const { transaction_id } of open) {
      expect(made.filter(({ key }) => key.includes(transaction_id)).map(({ count }) => count)).toEqual([1]);
    }
  });
});

describe('a webhook that nobody can reach for 26 hours', () => {
  it('loses no result: polls find every one', async () => {
    const open: { readonly run: RunId; readonly outcome: string }[] = [];
    const after = 25 * 3_600;
    for (let index = 0; index < 4; index += 1) {
      const { declared, approved } = newSamples(rig.credentials);
      const { transaction_id } = declared;
      const { sub_mchid } = approved;
      rig.simulator.script({
        customs: {
          transaction_id,
          states: [
            { after: 0, state: 'PROCESSING' },
            { after, state: 'SUCCESS' },
          ],
        },
        h5: {
          sub_mchid,
          states: [
            { after: 0, state: 'UNDER_REVIEW' },
            { after, state: 'APPROVED' },
          ],
        },
      });
      const declaration = await rig.wechatpay.declare({ declaration: declared });
      open.push({ run: declaration, outcome: 'SUCCESS' });
      const { mchid } = rig.credentials;
      const application = await rig.wechatpay.applyForH5({ mchid, application: approved });
      open.push({ run: application, outcome: 'APPROVED' });
    }
    await rig.environment.sleep(24 * HOUR);
    for (const { run } of open) {
      const { status } = await rig.client.workflow.getHandle(run.workflowId, run.runId).describe();
      expect(status.name).toBe('RUNNING');
    }
    for (const { run, outcome } of open) await expect(rig.result(run)).resolves.toMatchObject({ outcome });
    expect(rig.simulator.notifications({ kind: 'h5' }).map(({ acknowledged }) => acknowledged)).toEqual(
      Array(4).fill(false),
    );
  });
});
