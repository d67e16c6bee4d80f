import type { Config } from '../config';
import type { HttpTransport } from '../wechatpay/http';
import { createMerchantKeyRing } from '../wechatpay/merchant';
import type { WebhookLog } from './log';
import { nameOf } from './receive';
import type { WebhookMerchant } from './receive';

/** The keys of every configured merchant. Certificates are downloaded through `transport`. */
export function webhookMerchants(config: Config, transport: HttpTransport): ReadonlyMap<string, WebhookMerchant> {
  const merchants = new Map<string, WebhookMerchant>();
  for (const { mchid, v3, v2 } of config.merchants.values()) {
    const keyRing =
      v3 === undefined ? undefined : createMerchantKeyRing({ mchid, v3 }, config.certificatesPath, transport);
    const { current, previous } = v2?.keys ?? {};
    merchants.set(mchid, {
      ...(keyRing !== undefined && { keyRing }),
      apiV3Keys: v3?.apiV3Keys ?? [],
      v2Keys: [current, previous].filter((key) => key !== undefined),
    });
  }
  return merchants;
}

/** What readiness has to name: a merchant whose v3 notifications cannot be verified. */
export function missingKeys(merchants: ReadonlyMap<string, WebhookMerchant>): string[] {
  return [...merchants]
    .filter(([, { keyRing }]) => keyRing !== undefined && keyRing.ids().length === 0)
    .map(([mchid]) => `merchant ${mchid}: no key of WeChat Pay yet`);
}

/** Fetches in the background what is missing; a notification with an unknown serial fetches again by itself. */
export function fetchKeys(merchants: ReadonlyMap<string, WebhookMerchant>, log: WebhookLog): void {
  for (const [mchid, { keyRing }] of merchants) {
    if (keyRing === undefined || keyRing.ids().length > 0) continue;
    keyRing.refresh().catch((error: unknown) => {
      log.warn({ mchid, errorName: nameOf(error) }, "WeChat Pay's certificates could not be fetched");
    });
  }
}

/** Paths of the notification base URLs, for proxies that pass them on. */
export function basePaths(config: Config): string[] {
  const bases = [config.notifyBaseUrl, ...[...config.merchants.values()].map(({ notifyBaseUrl }) => notifyBaseUrl)];
  const paths = bases.flatMap((base) => (base === undefined ? [] : [new URL(base).pathname.replace(/\/+$/, '')]));
  return [...new Set(paths)].filter((path) => path !== '');
}
