import { basename } from 'node:path';
import { Command } from 'commander';
import { uploadImage } from '../client/pictures';
import { loadConfig, transportTo } from '../config';
import { InvalidInputError, WechatPayError } from '../wechatpay/errors';
import { createTransport } from '../wechatpay/http';
import { parseImage } from '../wechatpay/media/image';
import { readImageFile } from '../wechatpay/media/image-file';
import { connectMerchant } from '../wechatpay/merchant';

interface UploadOptions {
  readonly mchid?: string;
  readonly json?: true;
}

export function uploadCommand(): Command {
  return new Command('upload')
    .description('uploads a picture for an application and prints its media id; it never enters Temporal')
    .argument('<file>', 'a JPG, PNG or BMP image of at most 2 MB')
    .option('--mchid <mchid>', 'the merchant that uploads it, if several are configured')
    .option('--json', 'prints `{ "media_id": ..., "filename": ... }`')
    .action(async (file: string, options: UploadOptions) => {
      try {
        await upload(file, options);
      } catch (error) {
        // What to do belongs to the message here; an InvalidInputError has it there already.
        if (!(error instanceof WechatPayError) || error instanceof InvalidInputError) throw error;
        throw new Error([error.message, error.remedy].filter(Boolean).join(' '));
      }
    });
}

async function upload(file: string, { mchid, json }: UploadOptions): Promise<void> {
  // Before the configuration is read: what is wrong with the file is what was asked about.
  const filename = basename(file);
  const image = parseImage({ filename, content: await readImageFile(file) }, '$.file');
  const config = loadConfig(process.env, { needs: ['merchants'] });
  const only = config.merchants.size === 1 ? [...config.merchants.keys()][0] : undefined;
  const signer = mchid ?? only;
  if (signer === undefined) {
    throw new Error(
      `several merchants are configured: name one by --mchid, of ${[...config.merchants.keys()].join(', ')}.`,
    );
  }
  const keys = config.merchants.get(signer);
  if (keys?.v3 === undefined) throw new Error(`merchant ${signer} has no APIv3 keys here.`);
  const transport = createTransport(transportTo('v3', config));
  try {
    const { v3 } = connectMerchant(keys, {
      v3: transport,
      v2: transport,
      certificatesPath: config.certificatesPath,
    });
    if (v3 === undefined) throw new Error(`merchant ${signer} has no APIv3 keys here.`);
    const media_id = await uploadImage(v3.media, image);
    process.stdout.write(json === true ? `${JSON.stringify({ media_id, filename })}\n` : `${media_id}\n`);
  } finally {
    transport.close();
  }
}
