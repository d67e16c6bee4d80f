import { identityOf } from '../../../src/interface';
import type { IdentityVerificationInput } from '../../../src/interface';
import { DAY } from '../execution';
import type { Activity, Execution, Outcome } from '../execution';
import { refused } from '../simulated';
import type { Happening, Simulated, World } from '../simulated';

const SEALED = 'A'.repeat(344);
const VERIFICATION = {
  appid: 'wxd678efh567hg6787',
  mchid: '1900000109',
  out_trade_no: '20260105000001',
  transaction_id: '4200000000202601050000000001',
  customs: 'SHANGHAI_ZS',
  merchant_customs_no: '123456',
  certificate_type: 'IDCARD',
  certificate_id: SEALED,
  certificate_name: SEALED,
  sealed_with: 'PUB_KEY_ID_1',
} as const;

class IdentityWorld implements World {
  readonly started;
  readonly limit = DAY;
  private says = 'UNCHECKED';
  private readonly said = new Set<string>();

  constructor(input: IdentityVerificationInput) {
    const { workflowId } = identityOf.identityVerification(input);
    this.started = { flow: 'identityVerification', workflowId, input };
  }

  readonly happenings: Readonly<Record<string, Happening>> = {
    'the same person': () => void (this.says = 'SAME'),
    'another person': () => void (this.says = 'DIFFERENT'),
    'the key is gone': () => void (this.says = 'SEAL_AGAIN'),
  };

  answer({ type }: Activity): Outcome {
    if (type !== 'verifyIdentity') throw new Error(`no answer to ${type}`);
    if (this.says === 'UNCHECKED') return 'pending';
    this.said.add(this.says);
    return { value: { outcome: this.says } };
  }

  refuse(): Outcome {
    this.said.add('REFUSED');
    return refused();
  }

  settle(): void {
    if (this.says === 'UNCHECKED') this.says = 'SAME';
  }

  problems({ ending }: Execution): readonly string[] {
    if (ending?.kind === 'failed') return [`it failed: ${ending.failure.message}`];
    if (ending?.kind !== 'completed') return [];
    const { outcome } = ending.result as { outcome: string };
    return outcome === 'UNCHECKED' || this.said.has(outcome) ? [] : [`${outcome}, which WeChat Pay never said`];
  }
}

const world = (options?: IdentityVerificationInput['options']) => () =>
  new IdentityWorld({ verification: VERIFICATION, options });

export const identityVerification: Simulated = {
  flow: 'identityVerification',
  setups: {
    plain: world(),
    told: world({ onResult: { taskQueue: 'callers', activity: 'verified' }, reference: 'payer 1' }),
  },
  events: ['submitted', 'submitted with other data', 'refused', 'the same person', 'another person', 'the key is gone'],
  permuted: ['answer', 'the same person', 'refused', 'crash', 'time is up', 'cancel', 'submitted'],
};
