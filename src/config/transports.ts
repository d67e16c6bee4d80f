import type { TransportOptions } from '../wechatpay/http';
import type { Config } from './config';

/** How a gateway is reached: where it is, and through which proxy. */
export function transportTo(
  gateway: 'v3' | 'v2',
  { v3BaseUrl, v2BaseUrl, proxyUrl }: Pick<Config, 'v3BaseUrl' | 'v2BaseUrl' | 'proxyUrl'>,
): TransportOptions {
  return {
    baseUrl: gateway === 'v3' ? v3BaseUrl : v2BaseUrl,
    ...(proxyUrl !== undefined && { proxyUrl: proxyUrl.text }),
  };
}
