import { createPrivateKey, createPublicKey } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createTestCredentials, startSimulator } from '../../../src/testing';
import { certificateDownload } from '../../../src/wechatpay/certificates/calls';
import { customsCalls } from '../../../src/wechatpay/customs/calls';
import type { CustomsCalls } from '../../../src/wechatpay/customs/calls';
import { declarationDifferences } from '../../../src/wechatpay/customs/compare';
import { createTransport } from '../../../src/wechatpay/http';
import { h5Calls } from '../../../src/wechatpay/h5/calls';
import type { H5Calls } from '../../../src/wechatpay/h5/calls';
import { refusalMeaning } from '../../../src/wechatpay/h5/states';
import { createV3Client } from '../../../src/wechatpay/v3/client';
import { createKeyRing } from '../../../src/wechatpay/v3/key-ring';
import type { KeyRing } from '../../../src/wechatpay/v3/key-ring';
import { seal } from '../../../src/wechatpay/v3/sealing';
import { plain, split } from '../customs/declarations';

/* The simulator signs, seals and classifies with code of its own, so a misunderstanding on one side shows here. */

const PAYER = { certificate_id: '11010519491231002X', certificate_name: '张三' };

async function against(
  mode: 'certificates' | 'publicKey',
  prefix?: string,
): Promise<{ customs: CustomsCalls; h5: H5Calls; keyRing: KeyRing }> {
  const made = await createTestCredentials();
  const simulator = await startSimulator({
    credentials: made,
    keyMode: mode,
    defaultPayer: PAYER,
  });
  const transport = createTransport({ baseUrl: simulator.url });
  onTestFinished(async () => {
    transport.close();
    await simulator.close();
  });
  const credentials = {
    mchid: made.mchid,
    merchantSerial: made.merchantSerial,
    privateKey: createPrivateKey(made.merchantPrivateKey),
  };
  const keyRing = createKeyRing(
    mode === 'publicKey'
      ? { publicKeys: [{ id: made.platform.publicKeyId, publicKey: createPublicKey(made.platform.publicKey) }] }
      : { download: certificateDownload({ ...credentials, transport, apiV3Keys: [Buffer.from(made.apiV3Key)] }) },
  );
  const client = createV3Client({ ...credentials, transport, keyRing });
  return { customs: customsCalls(client, prefix === undefined ? {} : { prefix }), h5: h5Calls(client), keyRing };
}

describe.each(['certificates', 'publicKey'] as const)('with %s', (mode) => {
  it.each(['/v3/global/customs', '/global/v3/customs'])(
    'declares under %s and finds what it declared',
    async (prefix) => {
      const { customs } = await against(mode, prefix);
      expect(await customs.query(split)).toBeUndefined();
      expect(await customs.declare(split)).toMatchObject({ state: 'UNDECLARED', sub_order_no: split.sub_order_no });
      const record = await customs.query(split);
      expect(record).toMatchObject({ state: 'UNDECLARED', merchant_customs_no: '123456', order_fee: 1776 });
      expect(declarationDifferences(split, record!)).toEqual([]);
      await expect(customs.declare({ ...split, duty: 89 })).rejects.toMatchObject({ errorClass: 'CONFLICT' });
    },
  );

  it('asks who the payer is, sealed', async () => {
    const { customs, keyRing } = await against(mode);
    const key = await keyRing.sealingKey();
    const ask = (certificate_name: string): ReturnType<CustomsCalls['verifyCertificate']> =>
      customs.verifyCertificate({
        ...plain,
        certificate_type: 'IDCARD',
        certificate_id: seal(PAYER.certificate_id, key),
        certificate_name: seal(certificate_name, key),
        sealed_with: key.id,
      });
    await expect(ask('张三')).rejects.toMatchObject({ errorClass: 'REFUSED' });
    await customs.declare(plain);
    expect(await ask('张三')).toEqual({ certificate_check_result: 'SAME' });
    expect(await ask('李四')).toEqual({ certificate_check_result: 'DIFFERENT' });
  });

  it('applies for H5 once, and is told that an application is in process', async () => {
    const { h5 } = await against(mode);
    const application = { sub_mchid: '2491935631', domains: ['qq.com'], website_url: 'https://qq.com' };
    const record = await h5.create(application);
    expect(record).toMatchObject({ applyment_state: 'PENDING', sub_mchid: '2491935631' });
    expect(await h5.query(record.applyment_id)).toEqual(record);
    const repeated: unknown = await h5.create(application).catch((error: unknown) => error);
    expect(repeated).toMatchObject({ errorClass: 'REFUSED' });
    expect(refusalMeaning((repeated as Error).message)).toBe('in-process');
    expect(await h5.permission('2491935631')).toEqual({ sub_mchid: '2491935631', authorization_state: 'UNAUTHORIZED' });
    expect(await h5.query('1')).toBeUndefined();
  });

  it('takes a wrong path for a wrong configuration', async () => {
    const { customs } = await against(mode, '/v3/customs');
    await expect(customs.query(plain)).rejects.toMatchObject({ errorClass: 'CONFIGURATION' });
    await expect(customs.declare(plain)).rejects.toMatchObject({ errorClass: 'CONFIGURATION' });
  });
});
