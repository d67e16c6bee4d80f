import { identityOf } from '../../../src/interface';
import type { UnclaimedNotificationInput } from '../../../src/interface';
import type { Activity, Execution, Outcome } from '../execution';
import type { Happening, Simulated, World } from '../simulated';

const INPUT = {
  mchid: '1900000109',
  reason: 'no open workflow',
  notification: {
    id: 'n1',
    receivedAt: '2026-01-05T00:00:00.000Z',
    kind: 'payment',
    data: { out_trade_no: '20260105000001' },
  },
} as unknown as UnclaimedNotificationInput;

class UnclaimedWorld implements World {
  readonly started;
  private resolved = false;

  constructor(input: UnclaimedNotificationInput) {
    const { workflowId } = identityOf.unclaimedNotification(input);
    this.started = { flow: 'unclaimedNotification', workflowId, input };
  }

  readonly happenings: Readonly<Record<string, Happening>> = {
    resolve: (execution) => this.resolve(execution, 'refunded'),
    'resolve again': (execution) => this.resolve(execution, 'something else'),
    'resolve without a note': (execution) => execution.update('resolve', { note: ' ' }),
  };

  answer({ type }: Activity): Outcome {
    throw new Error(`no answer to ${type}`);
  }

  settle(): void {
    // It waits for a person, however long.
  }

  close(execution: Execution): void {
    this.resolve(execution, 'refunded');
  }

  problems({ ending }: Execution): readonly string[] {
    if (ending?.kind === 'failed') return [`it failed: ${ending.failure.message}`];
    return ending?.kind === 'completed' && !this.resolved ? ['it ended, and nobody had resolved it'] : [];
  }

  private resolve(execution: Execution, note: string): void {
    this.resolved = true;
    execution.update('resolve', { note });
  }
}

export const unclaimedNotification: Simulated = {
  flow: 'unclaimedNotification',
  setups: {
    plain: () => new UnclaimedWorld(INPUT),
    told: () =>
      new UnclaimedWorld({ ...INPUT, options: { onResult: { taskQueue: 'callers', activity: 'unclaimed' } } }),
  },
  events: ['resolve', 'resolve again', 'resolve without a note'],
  permuted: ['resolve', 'resolve again', 'answer', 'crash', 'a day', 'worker away', 'cancel'],
};
