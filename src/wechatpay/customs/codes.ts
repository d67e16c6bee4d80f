/**
 * Known codes of the field `customs`. WeChat Pay adds to them, so another code is a warning and never an error.
 *
 * Source: WeChat Pay Global APIv3, Customs Declaration, "Customs codes".
 */
export const CUSTOMS_CODES = {
  GUANGZHOU_ZS: 'Guangzhou (General Administration version)',
  HANGZHOU_ZS: 'Hangzhou (General Administration version)',
  NINGBO: 'Ningbo',
  ZHENGZHOU_BS: 'Zhengzhou (bonded logistics centre)',
  CHONGQING: 'Chongqing',
  SHANGHAI_ZS: 'Shanghai (General Administration version)',
  SHENZHEN: 'Shenzhen',
  ZHENGZHOU_ZH_ZS: 'Zhengzhou comprehensive bonded zone (General Administration version)',
  TIANJIN: 'Tianjin',
} as const satisfies Readonly<Record<string, string>>;
