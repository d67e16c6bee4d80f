// Open workflows that take any number of notifications: contracts, which only note them, and H5 applications under review,
// which ask WeChat Pay after each. One notification in ten is for an application.
import { contractTarget, h5Target } from './notifications.mjs';

/** A history may have 10,000 signals and starts anew after some thousands of events, so there are many of them. */
const CONTRACTS = 180;
const APPLICATIONS = 20;
const H5_EVERY = 10;
/** Opened at the same time. */
const AT_ONCE = 4;

/** Longer than any run, shorter than a timer can be. */
export const NO_DECISION = 1_000_000;

let openedBefore = 0;

/**
 * @param context see run.mjs: a fleet with a worker, and a simulator whose reviewer decides nothing
 * @returns all targets, and which one the notification of a number is for
 */
export async function openTargets({ fleet, notary, say }) {
  const { mchid } = fleet.credentials;
  say(`opens ${CONTRACTS} contracts and ${APPLICATIONS} applications`);
  const part = String((openedBefore += 1)).padStart(2, '0');
  const name = (index) => `${part}${String(index).padStart(4, '0')}`;
  const contracts = Array.from({ length: CONTRACTS }, (_, index) => contractTarget(mchid, `DWC${name(index)}`));
  const applications = await inTurns(APPLICATIONS, async (index) => {
    const sub_mchid = `2490${name(index)}`;
    const application = {
      sub_mchid,
      domains: ['pay.example.com'],
      website_url: 'https://pay.example.com',
      applyment_type: 'APPLY_FOR_PAYMENT_AUTHORITY',
      transaction_limit_type: 'NORMAL_LIMIT',
      website_state: 'HAS_LAUNCHED',
    };
    const { first } = await fleet.wechatpay.applyForH5({ mchid, application, options: { pollEvery: '1 hour' } });
    return h5Target(mchid, sub_mchid, first.applyment_id);
  });
  // The first signal starts a contract; what is measured are open ones.
  await inTurns(CONTRACTS, (index) => notary.signalBare(fleet.client, contracts[index], 0));
  return {
    all: [...contracts, ...applications],
    of: (number) =>
      number % H5_EVERY === 0
        ? applications[(number / H5_EVERY) % APPLICATIONS]
        : contracts[(number - Math.ceil(number / H5_EVERY)) % CONTRACTS],
  };
}

/** A few at a time, so that no server is flooded before anything is measured. */
async function inTurns(count, work) {
  const results = new Array(count);
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const index = (next += 1) - 1;
      results[index] = await work(index);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}
