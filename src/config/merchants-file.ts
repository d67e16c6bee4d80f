import { dirname, resolve } from 'node:path';
import { JsonRefusedError, parseJson } from '../wechatpay/json';
import type { MerchantConfig, MerchantSource } from './merchants';
import { buildMerchant } from './merchants';
import { nearestName } from './nearest';
import type { Problems } from './reader';
import type { SignType, Values } from './values';
import { PARSERS } from './values';
import { MERCHANT_FIELDS, VARIABLES } from './variables';

const VARIABLE = 'WECHATPAY_MERCHANTS_FILE';

const REFUSED_JSON: Readonly<Partial<Record<JsonRefusedError['reason'], string>>> = {
  'duplicate-key': 'the same field twice in one entry',
  'byte-order-mark': 'a byte order mark at its start',
};

/** Type of every field of an entry: the single-merchant variables', and three that only the file has. */
const FIELD_TYPES: Readonly<Record<string, keyof Values>> = {
  ...Object.fromEntries(Object.entries(MERCHANT_FIELDS).map(([field, variable]) => [field, VARIABLES[variable].type])),
  appid: 'appid',
  notifyBaseUrl: 'notify-base-url',
};

/** Reads `WECHATPAY_MERCHANTS_FILE`: every problem of every entry, with its JSON path. */
export function readMerchantsFile(
  file: Values['merchants-file'],
  signType: SignType,
  problems: Problems,
): Map<string, MerchantConfig> {
  const merchants = new Map<string, MerchantConfig>();
  const folder = dirname(resolve(file.name));
  let entries: unknown;
  try {
    // A field that comes twice is refused: the last one would count, and nobody would know.
    entries = parseJson(file.content);
  } catch (error) {
    if (!(error instanceof JsonRefusedError)) throw error;
    const got = REFUSED_JSON[error.reason] ?? 'no JSON';
    problems.add(VARIABLE, 'json', 'a JSON list of merchants', 'Check the file with a JSON validator.', got);
    return merchants;
  }
  if (!Array.isArray(entries) || entries.length === 0) {
    const got = Array.isArray(entries) ? 'an empty list' : 'something else';
    problems.add(VARIABLE, 'shape', 'a JSON list of at least one merchant', 'Write [{ "mchid": ... }].', got);
    return merchants;
  }
  entries.forEach((entry: unknown, index) => {
    const path = `${VARIABLE}[${index}]`;
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
      problems.add(path, 'shape', 'an object', 'Write { "mchid": ... }.');
      return;
    }
    const given = entry as Readonly<Record<string, unknown>>;
    const merchant = buildMerchant(readFields(given, path, folder, problems), {
      signType,
      problems,
      label: (field) => `${path}.${field}`,
      isSet: (field) => Object.hasOwn(given, field),
    });
    if (merchant === undefined) return;
    if (merchants.has(merchant.mchid)) {
      problems.add(`${path}.mchid`, 'duplicate', 'each merchant once', 'Remove one of the entries.', merchant.mchid);
    }
    merchants.set(merchant.mchid, merchant);
  });
  return merchants;
}

function readFields(
  given: Readonly<Record<string, unknown>>,
  path: string,
  folder: string,
  problems: Problems,
): MerchantSource {
  const source: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(given)) {
    const type = Object.hasOwn(FIELD_TYPES, field) ? FIELD_TYPES[field] : undefined;
    if (type === undefined) {
      const meant = nearestName(field, Object.keys(FIELD_TYPES));
      const remedy = meant === undefined ? 'Remove it.' : `Did you mean ${meant}?`;
      problems.add(`${path}.${field.slice(0, 64)}`, 'unknown', 'a known field', remedy);
      continue;
    }
    const text = type === 'rate' && typeof value === 'number' ? String(value) : value;
    if (typeof text !== 'string' || text.trim() === '') {
      problems.add(`${path}.${field}`, 'type', 'text that is not empty', 'Write it in quotation marks.');
      continue;
    }
    source[field] = problems.attempt(`${path}.${field}`, () => PARSERS[type](text, folder));
  }
  return source;
}
