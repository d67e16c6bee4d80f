import { access, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { MERCHANT_FIELDS } from '../config/variables';
import type { WrittenCredentials } from '../testing';

const MERCHANTS_FILE = 'merchants.json';
/** Names that a merchant's real files have as well. */
const WRITTEN = [MERCHANTS_FILE, 'simulator.json', 'apiclient_key.pem', 'api_v3_key.txt', 'api_v2_key.txt'];

/** @throws Error where `folder` holds keys already: they may be real, and those in use would no longer match. */
export async function refuseExisting(folder: string): Promise<void> {
  for (const name of WRITTEN) {
    const there = await access(join(folder, name)).then(
      () => true,
      () => false,
    );
    if (there) throw new Error(`--init ${folder}: ${name} is there already and is not replaced. Name another folder.`);
  }
}

/**
 * Writes the list that `WECHATPAY_MERCHANTS_FILE` names, beside the files that `env` names. Its file names are relative to
 * itself, so that the folder can be mounted or copied elsewhere.
 */
export async function writeMerchantsFile(
  folder: string,
  { credentials, env }: Pick<WrittenCredentials, 'credentials' | 'env'>,
): Promise<void> {
  const merchant: Record<string, string> = { appid: credentials.appid };
  for (const [field, variable] of Object.entries(MERCHANT_FIELDS)) {
    const value = env[variable];
    if (value !== undefined) merchant[field] = variable.endsWith('_FILE') ? basename(value) : value;
  }
  await writeFile(join(folder, MERCHANTS_FILE), `${JSON.stringify([merchant], null, 2)}\n`, { mode: 0o600 });
}
