import type { KeyObject, X509Certificate } from 'node:crypto';
import { checkCertificate } from '../wechatpay/keys/check';
import type { FindingCode } from '../wechatpay/keys/finding';
import type { Problems } from './reader';
import { hidden } from './secrets';
import type { SecretText, SignType } from './values';
import type { MerchantField } from './variables';

/** One merchant, ready to use. Keys show neither in JSON nor in inspected output. */
export interface MerchantConfig {
  readonly mchid: string;
  readonly appid?: string;
  /** Absent: this merchant makes no v3 calls and gets no v3 notifications. */
  readonly v3?: {
    readonly merchantSerial: string;
    readonly privateKey: KeyObject;
    readonly certificate?: X509Certificate;
    /** The current APIv3 key first, then the previous one during a roll-over. */
    readonly apiV3Keys: Buffer[];
    readonly publicKey?: { readonly id: string; readonly key: KeyObject };
  };
  /** Absent: this merchant makes no v2 calls and gets no v2 notifications. */
  readonly v2?: {
    readonly keys: { readonly current: string; readonly previous?: string };
    readonly signType: SignType;
  };
  /** Overrides the configuration's own. */
  readonly notifyBaseUrl?: string;
}

/** Parsed fields of one merchant, from the environment or from one entry of the merchants file. */
export interface MerchantSource {
  readonly mchid?: string;
  readonly appid?: string;
  readonly merchantSerial?: string;
  readonly merchantKeyFile?: KeyObject;
  readonly merchantCertificateFile?: X509Certificate;
  readonly apiV3KeyFile?: Buffer;
  readonly apiV3KeyPreviousFile?: Buffer;
  readonly apiV2KeyFile?: SecretText;
  readonly apiV2KeyPreviousFile?: SecretText;
  readonly publicKeyId?: string;
  readonly publicKeyFile?: KeyObject;
  readonly notifyBaseUrl?: string;
}

export interface MerchantContext {
  readonly signType: SignType;
  readonly problems: Problems;
  /** What a field is called where it came from. */
  readonly label: (field: MerchantField) => string;
  /** Is the field given, right or wrong? A wrong one has been reported and is not called missing as well. */
  readonly isSet: (field: MerchantField) => boolean;
}

const V3_FIELDS = [
  'merchantSerial',
  'merchantKeyFile',
  'merchantCertificateFile',
  'apiV3KeyFile',
  'apiV3KeyPreviousFile',
] as const;

/** Puts one merchant together, or reports why it cannot be. */
export function buildMerchant(source: MerchantSource, context: MerchantContext): MerchantConfig | undefined {
  const { problems, label, isSet } = context;
  const before = problems.list.length;
  const need = (field: MerchantField, expected: string, remedy: string) => {
    if (!isSet(field)) problems.add(label(field), 'required', expected, remedy);
  };

  need('mchid', 'the merchant number', 'Set it.');
  const wantsV3 = V3_FIELDS.some(isSet);
  const wantsV2 = isSet('apiV2KeyFile') || isSet('apiV2KeyPreviousFile');
  if (wantsV3) {
    const together = `APIv3 needs ${label('merchantSerial')}, ${label('merchantKeyFile')} and ${label('apiV3KeyFile')}: set all three.`;
    need('merchantSerial', "the serial of the merchant's API certificate", together);
    need('merchantKeyFile', "the merchant's private key", together);
    need('apiV3KeyFile', 'the APIv3 key', together);
  }
  if (wantsV2) need('apiV2KeyFile', 'the current API v2 key', 'Set it beside the previous one.');
  if (!wantsV3 && !wantsV2) {
    problems.add(
      label('apiV3KeyFile'),
      'required',
      'keys for APIv3, API v2, or both',
      `Set ${label('merchantSerial')}, ${label('merchantKeyFile')} and ${label('apiV3KeyFile')}, or ${label('apiV2KeyFile')}.`,
    );
  }
  if (isSet('publicKeyId') || isSet('publicKeyFile')) {
    need('publicKeyId', 'the id of the public key', `Set it, or remove ${label('publicKeyFile')}.`);
    need('publicKeyFile', 'the public key of that id', `Set it, or remove ${label('publicKeyId')}.`);
    if (!wantsV3) {
      problems.add(
        label('publicKeyId'),
        'unused',
        'APIv3 keys beside the public key',
        `Set ${label('apiV3KeyFile')} and its companions, or remove the public key.`,
      );
    }
  }

  checkTogether(source, context);

  const { mchid, merchantSerial, merchantKeyFile, apiV3KeyFile, apiV2KeyFile, publicKeyId, publicKeyFile } = source;
  const certificate = source.merchantCertificateFile;
  if (problems.list.length > before || mchid === undefined) return undefined;
  const previousV3 = source.apiV3KeyPreviousFile;
  const previousV2 = source.apiV2KeyPreviousFile;
  return {
    mchid,
    ...(source.appid !== undefined && { appid: source.appid }),
    ...(merchantSerial !== undefined &&
      merchantKeyFile !== undefined &&
      apiV3KeyFile !== undefined && {
        v3: {
          merchantSerial,
          privateKey: merchantKeyFile,
          ...(certificate !== undefined && { certificate }),
          apiV3Keys: previousV3 === undefined ? [apiV3KeyFile] : [apiV3KeyFile, previousV3],
          ...(publicKeyId !== undefined &&
            publicKeyFile !== undefined && { publicKey: { id: publicKeyId, key: publicKeyFile } }),
        },
      }),
    ...(apiV2KeyFile !== undefined && {
      v2: {
        keys: hidden({
          current: apiV2KeyFile.text,
          ...(previousV2 !== undefined && { previous: previousV2.text }),
        }),
        signType: context.signType,
      },
    }),
    ...(source.notifyBaseUrl !== undefined && { notifyBaseUrl: source.notifyBaseUrl }),
  };
}

/** The field that is most likely wrong where certificate, private key and serial do not belong together. */
const MISMATCHES: Readonly<
  Partial<Record<FindingCode, { readonly field: MerchantField; readonly expected: string; readonly got: string }>>
> = {
  'key-not-of-certificate': {
    field: 'merchantKeyFile',
    expected: "the private key of the merchant's certificate",
    got: 'the private key of another certificate',
  },
  'serial-not-of-certificate': {
    field: 'merchantSerial',
    expected: "the serial of the merchant's certificate",
    got: 'another serial',
  },
  'platform-certificate': {
    field: 'merchantCertificateFile',
    expected: "the merchant's own certificate",
    got: "a platform certificate, which is WeChat Pay's",
  },
};

/** The files alone prove a mismatch, so it is refused here and not left to WeChat Pay. */
function checkTogether(source: MerchantSource, { problems, label }: MerchantContext): void {
  const { mchid = '', merchantSerial, merchantKeyFile, merchantCertificateFile } = source;
  if (merchantSerial === undefined || merchantKeyFile === undefined || merchantCertificateFile === undefined) return;
  const keys = { merchantSerial, privateKey: merchantKeyFile };
  checkCertificate(merchantCertificateFile, mchid, keys, (code, _level, _what, remedy) => {
    const mismatch = MISMATCHES[code];
    if (mismatch !== undefined) problems.add(label(mismatch.field), code, mismatch.expected, remedy, mismatch.got);
  });
}
