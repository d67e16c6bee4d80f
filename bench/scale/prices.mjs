// What Temporal Cloud publishes about its prices.

/** US dollars, the 23rd of November 2026. Prices change: `--price-per-million` takes another one. */
export const TEMPORAL_CLOUD = {
  source: 'temporalio/documentation, docs/evaluate/cloud/pricing.mdx at 0217b71, read on 2026-11-23',
  /** Actions of a month, pay-as-you-go, Business plan and above: up to so many millions, dollars per million. */
  actionTiers: [
    { upToMillions: 5, perMillion: 50 },
    { upToMillions: 10, perMillion: 45 },
    { upToMillions: 20, perMillion: 40 },
    { upToMillions: 50, perMillion: 35 },
    { upToMillions: 100, perMillion: 30 },
    { upToMillions: 200, perMillion: 25 },
  ],
  /** Beyond the last tier the price is negotiated; the last published one is an upper limit. */
  negotiatedAboveMillions: 200,
  /** Dollars per gigabyte and hour. */
  storage: { active: 0.042, retained: 0.00105 },
  /** The Business plan: the greater of both. */
  plan: { atLeast: 500, shareOfUsage: 0.1 },
};

/** Dollars a month for so many million actions; with a price of one's own it is the same for all. */
export function costOfActions(millions, perMillion, { actionTiers } = TEMPORAL_CLOUD) {
  if (perMillion !== undefined) return millions * perMillion;
  let cost = 0;
  let below = 0;
  for (const tier of actionTiers) {
    const inTier = Math.max(0, Math.min(millions, tier.upToMillions) - below);
    cost += inTier * tier.perMillion;
    below = tier.upToMillions;
  }
  return cost + Math.max(0, millions - below) * actionTiers.at(-1).perMillion;
}
