/** Shape of a variable's value; `values.ts` holds one parser for each. */
export type ValueType =
  | 'mchid'
  | 'appid'
  | 'serial'
  | 'private-key-file'
  | 'certificate-file'
  | 'api-v3-key-file'
  | 'api-v2-key-file'
  | 'public-key-id'
  | 'public-key-file'
  | 'sealing-key-id'
  | 'sealing-key-file'
  | 'sign-type'
  | 'base-url'
  | 'proxy-url'
  | 'notify-base-url'
  | 'customs-prefix'
  | 'path'
  | 'merchants-file'
  | 'codec'
  | 'codec-keys-file'
  | 'task-queue'
  | 'on-result'
  | 'rate'
  | 'host'
  | 'port'
  | 'log-level'
  | 'duration'
  /** Read by `@temporalio/envconfig`, listed here for the documentation only. */
  | 'temporal';

export interface Variable {
  readonly type: ValueType;
  readonly default?: string;
  /** The variable's value, or the content of the file it names, is never shown anywhere. */
  readonly secret: boolean;
  /** One line for people, used in the README. Markdown. */
  readonly help: string;
}

/** The only place that names an environment variable: parsing, error texts and the README's table come from here. */
export const VARIABLES = {
  TEMPORAL_ADDRESS: {
    type: 'temporal',
    default: 'localhost:7233',
    secret: false,
    help: 'Temporal frontend. `TEMPORAL_NAMESPACE`, TLS and every other `TEMPORAL_*` setting are read through `@temporalio/envconfig` as well.',
  },
  TEMPORAL_NAMESPACE: { type: 'temporal', default: 'default', secret: false, help: 'Namespace.' },
  TEMPORAL_API_KEY: { type: 'temporal', secret: true, help: 'API key of Temporal Cloud.' },

  WECHATPAY_MCHID: { type: 'mchid', secret: false, help: 'Merchant number, 10 digits.' },
  WECHATPAY_MERCHANT_SERIAL: {
    type: 'serial',
    secret: false,
    help: "Serial number of the merchant's API certificate, upper-case hexadecimal.",
  },
  WECHATPAY_MERCHANT_KEY_FILE: {
    type: 'private-key-file',
    secret: true,
    help: 'PEM private key of that certificate (`apiclient_key.pem`), RSA of 2048 bits or more, PKCS#8 or PKCS#1, without a password.',
  },
  WECHATPAY_MERCHANT_CERTIFICATE_FILE: {
    type: 'certificate-file',
    secret: false,
    help: 'PEM of that certificate (`apiclient_cert.pem`). Not needed for any call: with it, a private key or a serial that is not the certificate’s refuses to start, and its end is announced.',
  },
  WECHATPAY_API_V3_KEY_FILE: {
    type: 'api-v3-key-file',
    secret: true,
    help: 'APIv3 key, 32 bytes. Exactly one trailing line end is ignored, here and in the other symmetric key files. A merchant with only v3 or only v2 is valid.',
  },
  WECHATPAY_API_V3_KEY_PREVIOUS_FILE: {
    type: 'api-v3-key-file',
    secret: true,
    help: 'The APIv3 key before it, during a roll-over.',
  },
  WECHATPAY_API_V2_KEY_FILE: { type: 'api-v2-key-file', secret: true, help: 'API v2 key, 32 characters.' },
  WECHATPAY_API_V2_KEY_PREVIOUS_FILE: {
    type: 'api-v2-key-file',
    secret: true,
    help: 'The API v2 key before it, during a roll-over.',
  },
  WECHATPAY_PUBLIC_KEY_ID: {
    type: 'public-key-id',
    secret: false,
    help: 'Id of the WeChat Pay public key (`PUB_KEY_ID_...`). Certificates stay accepted beside it; without it they are downloaded.',
  },
  WECHATPAY_PUBLIC_KEY_FILE: {
    type: 'public-key-file',
    secret: false,
    help: 'PEM of that public key (`pub_key.pem`).',
  },
  WECHATPAY_SEALING_KEY_ID: {
    type: 'sealing-key-id',
    secret: false,
    help: 'Public key id or certificate serial, for an order service that seals identity data without holding merchant keys.',
  },
  WECHATPAY_SEALING_KEY_FILE: {
    type: 'sealing-key-file',
    secret: false,
    help: 'PEM public key or certificate of that id; `temporal-wechatpay certificates` fetches it.',
  },
  WECHATPAY_V2_SIGN_TYPE: {
    type: 'sign-type',
    default: 'MD5',
    secret: false,
    help: '`MD5` or `HMAC-SHA256`, for the v2 calls that allow a choice. A notification is accepted with either.',
  },
  WECHATPAY_V3_BASE_URL: {
    type: 'base-url',
    default: 'https://apihk.mch.weixin.qq.com',
    secret: false,
    help: 'Gateway of APIv3. https; http only on loopback.',
  },
  WECHATPAY_V2_BASE_URL: {
    type: 'base-url',
    default: 'https://api.mch.weixin.qq.com',
    secret: false,
    help: 'Gateway of API v2. https; http only on loopback.',
  },
  WECHATPAY_PROXY_URL: {
    type: 'proxy-url',
    secret: true,
    help: 'Forward proxy to both gateways, `http://proxy.example.com:3128`, with user name and password if it wants them. It opens tunnels (CONNECT) and sees no request. Proxies of the environment (`HTTPS_PROXY`) are never used.',
  },
  WECHATPAY_CUSTOMS_PREFIX: {
    type: 'customs-prefix',
    default: '/v3/global/customs',
    secret: false,
    help: '`/v3/global/customs` or `/global/v3/customs`.',
  },
  WECHATPAY_CERTIFICATES_PATH: {
    type: 'path',
    default: '/v3/global/certificates',
    secret: false,
    help: 'Where certificates are downloaded from.',
  },
  WECHATPAY_NOTIFY_BASE_URL: {
    type: 'notify-base-url',
    secret: false,
    help: 'Public address of the webhook, https. http only while the webhook and the gateways are all on loopback.',
  },
  WECHATPAY_MERCHANTS_FILE: {
    type: 'merchants-file',
    secret: false,
    help: 'Many merchants, instead of the single-merchant variables: a JSON list of `{ mchid, appid?, merchantSerial, merchantKeyFile, merchantCertificateFile?, apiV3KeyFile, apiV3KeyPreviousFile, apiV2KeyFile, apiV2KeyPreviousFile, publicKeyId, publicKeyFile, notifyBaseUrl? }`. File names are relative to this file.',
  },
  WECHATPAY_CODEC: {
    type: 'codec',
    secret: false,
    help: '`off` allows a Temporal that is not on loopback to receive payloads in plain text.',
  },
  WECHATPAY_CODEC_KEYS_FILE: {
    type: 'codec-keys-file',
    secret: true,
    help: 'Payload encryption keys. Not supported by this version: setting it is refused.',
  },
  WECHATPAY_TASK_QUEUE: { type: 'task-queue', default: 'wechatpay', secret: false, help: 'Queue of the workflows.' },
  WECHATPAY_API_TASK_QUEUE: {
    type: 'task-queue',
    secret: false,
    help: 'Queue of the activities that call WeChat Pay: `WECHATPAY_TASK_QUEUE` followed by `-api`, which is the default. Workflows derive it the same way, so another value is refused.',
  },
  WECHATPAY_ON_RESULT: {
    type: 'on-result',
    secret: false,
    help: '`TASK_QUEUE/ACTIVITY` that is told the results of the workflows the webhook starts.',
  },
  WECHATPAY_REQUESTS_PER_SECOND: { type: 'rate', secret: false, help: 'Limit of the API queue. Unlimited when unset.' },

  WEBHOOK_HOST: {
    type: 'host',
    default: '127.0.0.1',
    secret: false,
    help: 'Address the webhook listens on, and `METRICS_PORT`.',
  },
  WEBHOOK_PORT: { type: 'port', default: '8080', secret: false, help: 'Port of the webhook; 0 picks a free one.' },
  METRICS_PORT: {
    type: 'port',
    secret: false,
    help: 'Port of `/metrics`, `/healthz` and `/readyz`; off when unset, 0 picks a free one.',
  },
  LOG_LEVEL: {
    type: 'log-level',
    default: 'info',
    secret: false,
    help: '`trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`.',
  },
  SHUTDOWN_GRACE: {
    type: 'duration',
    default: '30s',
    secret: false,
    help: 'How long running work may take to finish after a signal to stop: `500ms`, `30s`, `2 minutes`.',
  },
  SIMULATOR_PORT: { type: 'port', default: '9080', secret: false, help: 'Port of the simulator; 0 picks a free one.' },
} as const satisfies Readonly<Record<string, Variable>>;

export type VariableName = keyof typeof VARIABLES;

/** Fields of one entry of `WECHATPAY_MERCHANTS_FILE`, each read exactly as the single-merchant variable beside it. */
export const MERCHANT_FIELDS = {
  mchid: 'WECHATPAY_MCHID',
  merchantSerial: 'WECHATPAY_MERCHANT_SERIAL',
  merchantKeyFile: 'WECHATPAY_MERCHANT_KEY_FILE',
  merchantCertificateFile: 'WECHATPAY_MERCHANT_CERTIFICATE_FILE',
  apiV3KeyFile: 'WECHATPAY_API_V3_KEY_FILE',
  apiV3KeyPreviousFile: 'WECHATPAY_API_V3_KEY_PREVIOUS_FILE',
  apiV2KeyFile: 'WECHATPAY_API_V2_KEY_FILE',
  apiV2KeyPreviousFile: 'WECHATPAY_API_V2_KEY_PREVIOUS_FILE',
  publicKeyId: 'WECHATPAY_PUBLIC_KEY_ID',
  publicKeyFile: 'WECHATPAY_PUBLIC_KEY_FILE',
} as const satisfies Readonly<Record<string, VariableName>>;

export type MerchantField = keyof typeof MERCHANT_FIELDS;

/** The README's table of environment variables, as Markdown. */
export function describeVariables(): string {
  const rows = Object.entries<Variable>(VARIABLES).map(([name, variable]) => {
    const standard = variable.default === undefined ? '' : `\`${variable.default}\``;
    return `| \`${name}\` | ${standard} | ${variable.secret ? 'yes' : ''} | ${variable.help.replaceAll('|', '\\|')} |`;
  });
  return ['| Variable | Default | Secret | Meaning |', '|---|---|---|---|', ...rows, ''].join('\n');
}
