import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { loadConfig, transportTo } from '../config';
import type { Config } from '../config';
import { createTransport } from '../wechatpay/http';
import { createMerchantKeyRing } from '../wechatpay/merchant';
import { testKeys } from './keys';

export function certificatesCommand(): Command {
  return new Command('certificates')
    .description(
      'fetches WeChat Pay’s public key, so that an order service can seal identity data without merchant keys',
    )
    .option('--out <dir>', 'folder the key is written into', '.')
    .option('--mchid <mchid>', 'the merchant whose keys fetch it, if several are configured')
    .option(
      '--check',
      'fetches nothing: tests the keys of every configured merchant, and tells what is wrong with them',
    )
    .action(async ({ out, mchid, check }: { readonly out: string; readonly mchid?: string; readonly check?: true }) => {
      const config = loadConfig(process.env, { needs: ['merchants'] });
      if (check) return checkKeys(config);
      const merchant = mchid === undefined ? [...config.merchants.values()][0] : config.merchants.get(mchid);
      if (merchant?.v3 === undefined) throw new Error(`merchant ${mchid ?? ''} has no APIv3 keys here.`);
      const transport = createTransport(transportTo('v3', config));
      try {
        const { v3 } = merchant;
        const keyRing = createMerchantKeyRing({ mchid: merchant.mchid, v3 }, config.certificatesPath, transport);
        if (keyRing.ids().length === 0) await keyRing.refresh();
        const { id, publicKey } = await keyRing.sealingKey();
        const file = join(resolve(out), `${id}.pem`);
        await writeFile(file, publicKey.export({ type: 'spki', format: 'pem' }));
        process.stdout.write(`WECHATPAY_SEALING_KEY_ID=${id}\nWECHATPAY_SEALING_KEY_FILE=${file}\n`);
      } finally {
        transport.close();
      }
    });
}

/** One line for each finding, and 1 as the exit code when one of them is an error. */
async function checkKeys(config: Config): Promise<void> {
  let found = 0;
  await testKeys(config, ({ mchid, level, code, what, remedy }) => {
    found += 1;
    if (level === 'error') process.exitCode = 1;
    process.stdout.write(`merchant ${mchid}: ${level} ${code}: ${what}. ${remedy}\n`);
  });
  if (found === 0) process.stdout.write(`keys in order, merchants: ${config.merchants.size}\n`);
}
