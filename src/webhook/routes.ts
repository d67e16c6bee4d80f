/** What a notification is about, by the path WeChat Pay was given for it. */
export type RouteKind = 'h5' | 'h5-domain' | 'payment' | 'contract' | 'debit';

interface RouteRule {
  /** v3: signed JSON with an encrypted resource. v2: signed XML. */
  readonly protocol: 'v3' | 'v2';
  /** Whether a business number follows the kind, and which. */
  readonly key: 'required' | 'optional' | 'none';
}

/** `/wechatpay/{mchid}/{kind}` or `/wechatpay/{mchid}/{kind}/{key}`. */
export const ROUTES: Readonly<Record<RouteKind, RouteRule>> = {
  /** key: sub_mchid */
  h5: { protocol: 'v3', key: 'required' },
  /** key: out_applyment_id */
  'h5-domain': { protocol: 'v3', key: 'required' },
  payment: { protocol: 'v2', key: 'none' },
  /** key: out_trade_no; without it also the termination URL of a template */
  contract: { protocol: 'v2', key: 'optional' },
  debit: { protocol: 'v2', key: 'none' },
};

export interface Route {
  readonly kind: RouteKind;
  readonly protocol: 'v3' | 'v2';
  readonly mchid: string;
  readonly key?: string;
}

/**
 * Reads a request's path. Nothing is normalised: `..`, `//`, a query or an encoded slash lead nowhere.
 *
 * @param basePaths paths the notification base URLs may carry in front, for proxies that do not strip them.
 */
export function parseRoute(path: string, basePaths: readonly string[] = []): Route | undefined {
  const base = basePaths.find((candidate) => candidate !== '' && path.startsWith(`${candidate}/`)) ?? '';
  const [empty, root, mchid, kind, ...keys] = path.slice(base.length).split('/');
  if (empty !== '' || root !== 'wechatpay' || keys.length > 1) return undefined;
  if (mchid === undefined || !/^\d{10}$/.test(mchid)) return undefined;
  if (kind === undefined || !Object.hasOwn(ROUTES, kind)) return undefined;
  const rule = ROUTES[kind as RouteKind];
  const route = { kind: kind as RouteKind, protocol: rule.protocol, mchid };
  if (keys[0] === undefined) return rule.key === 'required' ? undefined : route;
  const key = rule.key === 'none' ? undefined : decodeKey(keys[0]);
  return key === undefined ? undefined : { ...route, key };
}

/** Business numbers are visible ASCII without a slash, at most 64 characters. */
function decodeKey(segment: string): string | undefined {
  try {
    const key = decodeURIComponent(segment);
    return /^[\x21-\x2E\x30-\x7E]{1,64}$/.test(key) && !/^\.{1,2}$|[?#]/.test(key) ? key : undefined;
  } catch {
    return undefined;
  }
}
