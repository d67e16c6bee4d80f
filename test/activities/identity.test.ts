import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sealIdentity } from '../../src/client/sealing';
import { FAILURE_TYPES } from '../../src/interface';
import type { PlainIdentity } from '../../src/wechatpay/customs/schema';
import { attempt, expectNoSecret, shown } from './attempts';
import { stage } from './stage';
import type { Stage } from './stage';

let s: Stage;

beforeAll(async () => {
  s = await stage();
});
afterAll(() => s.close());
beforeEach(async () => {
  s.simulator.reset();
  const { declaration, payer } = s.samples;
  s.simulator.payers({ transaction_id: declaration.transaction_id, ...payer });
  await attempt(s.activities.submitDeclaration, { declaration });
});

const ask = (over: object = {}, info = {}) =>
  attempt(s.activities.verifyIdentity, { verification: { ...s.samples.verification, ...over } }, info);
const sealed = (identity: PlainIdentity) => {
  const { publicKeyId, publicKey } = s.credentials.platform;
  return sealIdentity(identity, { id: publicKeyId, publicKey: createPublicKey(publicKey) });
};
const scripted = (identity: 'UNCHECKED' | 'USER_ACCOUNT_ABNORMAL' | 'PAYER_INVALID'): void =>
  s.simulator.script({ customs: { transaction_id: s.samples.declaration.transaction_id, identity } });

describe('the identity question', () => {
  it('is answered SAME for the payer', async () => {
    expect((await ask()).result).toEqual({ outcome: 'SAME' });
    expect(s.count('identity-checked')).toBe(1);
  });

  it('is answered DIFFERENT for another person', async () => {
    const other = sealed({ certificate_id: '110101199003074514', certificate_name: 'Li Si' });
    expect((await ask(other)).result).toEqual({ outcome: 'DIFFERENT' });
  });

  it('answered USER_ACCOUNT_ABNORMAL is DIFFERENT with that code', async () => {
    scripted('USER_ACCOUNT_ABNORMAL');
    expect((await ask()).result).toMatchObject({ outcome: 'DIFFERENT', code: 'USER_ACCOUNT_ABNORMAL' });
  });

  it.each([1, 2])('answered UNCHECKED is asked again after attempt %i, about half a minute later', async (number) => {
    scripted('UNCHECKED');
    const { failure } = await ask({}, { attempt: number });
    expect(failure).toMatchObject({ type: FAILURE_TYPES.stillPending });
    expect(failure?.nextRetryDelay).toBeGreaterThanOrEqual(27_000);
    expect(failure?.nextRetryDelay).toBeLessThanOrEqual(33_000);
  });

  it('answered UNCHECKED is final at the third attempt', async () => {
    scripted('UNCHECKED');
    expect((await ask({}, { attempt: 3 })).result).toMatchObject({ outcome: 'UNCHECKED' });
  });

  it('answered by a word nobody knows is no result, and never SAME', async () => {
    s.simulator.faults({ call: 'customs/verify-certificate', kind: 'unknown-state', times: 2 });
    expect((await ask()).failure?.type).toBe(FAILURE_TYPES.stillPending);
    expect((await ask({}, { attempt: 3 })).result).toMatchObject({
      outcome: 'UNCHECKED',
      message: expect.stringContaining('STATE_OF_TOMORROW') as string,
    });
  });

  it('sealed with a key that WeChat Pay does not have has to be sealed again', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const wrong = sealIdentity(s.samples.payer, { id: s.credentials.platform.publicKeyId, publicKey });
    const { result } = await ask(wrong);
    expect(result).toMatchObject({ outcome: 'SEAL_AGAIN', remedy: expect.stringContaining('current key') as string });
    expect(s.count('identity-checked')).toBe(0);
  });

  it('sealed under the name of an unknown key has to be sealed again', async () => {
    expect((await ask({ sealed_with: 'PUB_KEY_ID_0000' })).result).toMatchObject({ outcome: 'SEAL_AGAIN' });
  });

  it.each([
    ['an invalid registered identity', () => scripted('PAYER_INVALID')],
    ['an order that is not declared', () => s.simulator.reset()],
  ])('refused because of %s is REFUSED, an answer and no failure', async (_name, arrange) => {
    arrange();
    const { result } = await ask();
    expect(result).toMatchObject({ outcome: 'REFUSED', code: 'INVALID_REQUEST' });
    expect((result as { remedy: string }).remedy).not.toBe('');
  });

  it.each(['certificate_id', 'certificate_name'])('with %s in plain text is refused and not sent', async (field) => {
    const { payer } = s.samples;
    const outcome = await ask({ [field]: payer[field as keyof PlainIdentity] });
    expect(outcome.failure).toMatchObject({ type: FAILURE_TYPES.invalidInput, nonRetryable: true });
    expect(outcome.failure?.message).toContain(`$.verification.${field}`);
    expectNoSecret(outcome, s.secrets);
    expect(s.calls('customs/verify-certificate')).toBe(0);
  });

  it('answered in words that repeat the number keeps it to itself', async () => {
    const { certificate_id } = s.samples.payer;
    const message = `Merchant entered invalid user ID No. ${certificate_id}`;
    s.simulator.faults([
      { call: 'customs/verify-certificate', kind: 'error', code: 'PARAM_ERROR', message },
      { call: 'customs/verify-certificate', kind: 'error', code: 'NOBODY_KNOWS', message },
    ]);
    const refused = await ask();
    expect(refused.result).toMatchObject({ outcome: 'REFUSED' });
    expect(shown(refused.result)).not.toContain(certificate_id);
    const failed = await ask();
    expect(failed.failure?.message).toContain('its text is not shown');
    expectNoSecret(failed, s.secrets);
  });

  it.each([
    ['500', FAILURE_TYPES.outcomeUnknown],
    ['401', FAILURE_TYPES.configuration],
    ['429', FAILURE_TYPES.rateLimited],
  ] as const)('that ran into %s is no answer', async (kind, type) => {
    s.simulator.faults({ call: 'customs/verify-certificate', kind });
    expect((await ask()).failure?.type).toBe(type);
  });
});
