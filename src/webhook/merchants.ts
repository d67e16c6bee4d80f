import type { Config } from '../config';
import type { WechatPayError } from '../wechatpay/errors';
import type { HttpTransport } from '../wechatpay/http';
import { knownMerchants } from '../wechatpay/keys/known-merchants';
import type { KnownMerchants } from '../wechatpay/keys/known-merchants';
import type { KeyProvider } from '../wechatpay/keys/provider';
import { createMerchantKeyRing } from '../wechatpay/merchant';
import type { WebhookLog } from './log';
import { nameOf } from './receive';
import type { WebhookMerchant } from './receive';

/** Most of the five seconds WeChat Pay waits are for its certificates and for Temporal. Late keys serve its next try. */
const PROVIDER_DEADLINE_MS = 500;

/** The keys that prove each merchant's notifications. Certificates are downloaded through `transport`. */
export function webhookMerchants(
  provider: KeyProvider,
  { config, transport, log }: { readonly config: Config; readonly transport: HttpTransport; readonly log: WebhookLog },
): KnownMerchants<WebhookMerchant> {
  return knownMerchants<WebhookMerchant>({
    provider,
    timeoutMs: PROVIDER_DEADLINE_MS,
    onFailure: (mchid, error) => log.error({ mchid, errorName: nameOf(error) }, keysLost(error)),
    connect: ({ mchid, v3, v2 }, before) => {
      const { current, previous } = v2?.keys ?? {};
      return {
        ...(v3 !== undefined && {
          keyRing: createMerchantKeyRing({ mchid, v3 }, config.certificatesPath, transport, before?.keyRing),
        }),
        apiV3Keys: v3?.apiV3Keys ?? [],
        v2Keys: [current, previous].filter((key) => key !== undefined),
      };
    },
  });
}

function keysLost({ message, remedy }: WechatPayError): string {
  return remedy === undefined ? message : `${message}. ${remedy}`;
}

/** Has a merchant's keys fetched; why they cannot be had has been logged. */
export async function learn(merchants: KnownMerchants<WebhookMerchant>, mchid: string): Promise<void> {
  await merchants.of(mchid).catch(() => undefined);
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
