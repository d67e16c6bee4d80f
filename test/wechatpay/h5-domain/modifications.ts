import type { H5DomainModification } from '../../../src/wechatpay/h5-domain/types';

export const modification: H5DomainModification = {
  out_applyment_id: '123456',
  sub_mchid: '2491935631',
  domains: ['qq.com'],
  website_url: 'https://qq.com',
  notify_url: 'https://shop.example.com/wechatpay/1230000109/h5-domain/123456',
};
