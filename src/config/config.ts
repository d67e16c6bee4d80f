import type { KeyObject } from 'node:crypto';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { hostOf, isLoopbackHost } from './addresses';
import { ConfigurationError } from './errors';
import type { MerchantConfig, MerchantSource } from './merchants';
import { buildMerchant } from './merchants';
import { readMerchantsFile } from './merchants-file';
import { nearestName } from './nearest';
import type { Environment } from './reader';
import { apiTaskQueueOf } from '../interface';
import { Problems, VariableReader } from './reader';
import type { CustomsPrefix, LogLevel, SecretText } from './values';
import type { MerchantField, VariableName } from './variables';
import { MERCHANT_FIELDS, VARIABLES } from './variables';

/**
 * What a process cannot do without:
 *
 * - `merchants` – at least one merchant (worker, webhook, doctor).
 * - `temporal` – it connects to Temporal, so payloads must not leave the machine in plain text by accident
 *   (worker, webhook, client).
 */
export type Need = 'merchants' | 'temporal';

/** The whole configuration of a process, checked. No secret shows in its JSON or inspected form. */
export interface Config {
  /** By merchant number. Empty only where no merchant is needed. */
  readonly merchants: ReadonlyMap<string, MerchantConfig>;
  /** For sealing identity data without merchant keys. */
  readonly sealing?: { readonly id: string; readonly key: KeyObject };
  readonly taskQueue: string;
  readonly apiTaskQueue: string;
  readonly v3BaseUrl: string;
  readonly v2BaseUrl: string;
  /** Of both gateways. Hidden, because it may hold a password. */
  readonly proxyUrl?: SecretText;
  readonly customsPrefix: CustomsPrefix;
  readonly certificatesPath: string;
  /** Without a trailing slash. */
  readonly notifyBaseUrl?: string;
  readonly webhook: { readonly host: string; readonly port: number };
  readonly metricsPort?: number;
  readonly logLevel: LogLevel;
  readonly shutdownGraceMs: number;
  readonly requestsPerSecond?: number;
  readonly simulatorPort: number;
  /** For the workflows that the webhook itself starts. */
  readonly onResult?: { readonly taskQueue: string; readonly activity: string };
}

/**
 * Reads and checks everything at once.
 *
 * @throws ConfigurationError with every problem: the variable, what was expected, what to do. Never a secret.
 */
export function loadConfig(env: Environment, options: { readonly needs: readonly Need[] }): Config {
  const problems = new Problems();
  refuseUnknown(env, problems);
  const read = new VariableReader(env, problems);
  const merchants = readMerchants(read, options.needs, problems);
  const sealing = readSealing(read, problems);
  checkHttpNotifications(read, merchants, problems);
  if (options.needs.includes('temporal')) checkPlainPayloads(read, env, problems);
  checkApiTaskQueue(read, problems);
  checkProxy(read, problems);
  if (problems.list.length > 0) throw new ConfigurationError(problems.list);

  const notifyBaseUrl = read.get('WECHATPAY_NOTIFY_BASE_URL');
  const proxyUrl = read.get('WECHATPAY_PROXY_URL');
  const metricsPort = read.get('METRICS_PORT');
  const requestsPerSecond = read.get('WECHATPAY_REQUESTS_PER_SECOND');
  const onResult = read.get('WECHATPAY_ON_RESULT');
  return {
    merchants,
    ...(sealing !== undefined && { sealing }),
    taskQueue: known(read.get('WECHATPAY_TASK_QUEUE')),
    apiTaskQueue: apiTaskQueueOf(known(read.get('WECHATPAY_TASK_QUEUE'))),
    v3BaseUrl: known(read.get('WECHATPAY_V3_BASE_URL')),
    v2BaseUrl: known(read.get('WECHATPAY_V2_BASE_URL')),
    ...(proxyUrl !== undefined && { proxyUrl }),
    customsPrefix: known(read.get('WECHATPAY_CUSTOMS_PREFIX')),
    certificatesPath: known(read.get('WECHATPAY_CERTIFICATES_PATH')),
    ...(notifyBaseUrl !== undefined && { notifyBaseUrl }),
    webhook: { host: known(read.get('WEBHOOK_HOST')), port: known(read.get('WEBHOOK_PORT')) },
    ...(metricsPort !== undefined && { metricsPort }),
    logLevel: known(read.get('LOG_LEVEL')),
    shutdownGraceMs: known(read.get('SHUTDOWN_GRACE')),
    ...(requestsPerSecond !== undefined && { requestsPerSecond }),
    simulatorPort: known(read.get('SIMULATOR_PORT')),
    ...(onResult !== undefined && { onResult }),
  };
}

/** A workflow has no environment: it derives the queue of its activities from its own. */
function checkApiTaskQueue(read: VariableReader, problems: Problems): void {
  const taskQueue = read.get('WECHATPAY_TASK_QUEUE');
  const given = read.get('WECHATPAY_API_TASK_QUEUE');
  if (taskQueue === undefined || given === undefined || given === apiTaskQueueOf(taskQueue)) return;
  problems.add('WECHATPAY_API_TASK_QUEUE', 'contradiction', apiTaskQueueOf(taskQueue), 'Unset it.', given);
}

/** No proxy leads back to this machine, and a tunnel is for https. */
function checkProxy(read: VariableReader, problems: Problems): void {
  if (read.get('WECHATPAY_PROXY_URL') === undefined) return;
  for (const name of ['WECHATPAY_V3_BASE_URL', 'WECHATPAY_V2_BASE_URL'] as const) {
    if (!read.get(name)?.toLowerCase().startsWith('http:')) continue;
    problems.add(
      'WECHATPAY_PROXY_URL',
      'contradiction',
      `to be unset, because ${name} is http`,
      `Unset it, or ${name}.`,
    );
    return;
  }
}

/** A variable with a default is only absent if it was wrong, and then a problem was thrown before. */
function known<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('a variable with a default has no value');
  return value;
}

function refuseUnknown(env: Environment, problems: Problems): void {
  const names = Object.keys(VARIABLES);
  for (const name of Object.keys(env)) {
    if (!name.startsWith('WECHATPAY_') || names.includes(name)) continue;
    const meant = nearestName(name, names);
    problems.add(
      name.slice(0, 100),
      'unknown',
      'a variable this package knows',
      meant === undefined ? 'Unset it.' : `Did you mean ${meant}?`,
    );
  }
}

function readMerchants(
  read: VariableReader,
  needs: readonly Need[],
  problems: Problems,
): ReadonlyMap<string, MerchantConfig> {
  const signType = read.get('WECHATPAY_V2_SIGN_TYPE') ?? 'MD5';
  const single = Object.entries(MERCHANT_FIELDS) as [MerchantField, VariableName][];
  const given = single.filter(([, variable]) => read.isSet(variable)).map(([, variable]) => variable);
  if (read.isSet('WECHATPAY_MERCHANTS_FILE')) {
    if (given.length > 0) {
      problems.add(
        'WECHATPAY_MERCHANTS_FILE',
        'contradiction',
        'either the file or the single-merchant variables',
        `Unset ${given.join(', ')}, or the file.`,
      );
    }
    const file = read.get('WECHATPAY_MERCHANTS_FILE');
    return file === undefined ? new Map() : readMerchantsFile(file, signType, problems);
  }
  if (given.length === 0) {
    if (needs.includes('merchants')) {
      problems.add(
        'WECHATPAY_MCHID',
        'required',
        'a merchant',
        'Set WECHATPAY_MCHID and its keys, or WECHATPAY_MERCHANTS_FILE.',
      );
    }
    return new Map();
  }
  const source = Object.fromEntries(
    single.map(([field, variable]) => [field, read.get(variable)] as const),
  ) as MerchantSource;
  const merchant = buildMerchant(source, {
    signType,
    problems,
    label: (field) => MERCHANT_FIELDS[field],
    isSet: (field) => read.isSet(MERCHANT_FIELDS[field]),
  });
  return merchant === undefined ? new Map() : new Map([[merchant.mchid, merchant]]);
}

function readSealing(read: VariableReader, problems: Problems): Config['sealing'] {
  const [ID, FILE] = ['WECHATPAY_SEALING_KEY_ID', 'WECHATPAY_SEALING_KEY_FILE'] as const;
  if (read.isSet(ID) !== read.isSet(FILE)) {
    const [present, missing] = read.isSet(ID) ? [ID, FILE] : [FILE, ID];
    problems.add(missing, 'required', `a value beside ${present}`, `Set it, or unset ${present}.`);
  }
  const id = read.get(ID);
  const key = read.get(FILE);
  return id === undefined || key === undefined ? undefined : { id, key };
}

/** http notification URLs are for a simulator and a webhook on one machine, and for nothing else. */
function checkHttpNotifications(
  read: VariableReader,
  merchants: ReadonlyMap<string, MerchantConfig>,
  problems: Problems,
): void {
  const hosts = [
    read.get('WEBHOOK_HOST') ?? '',
    hostOf(read.get('WECHATPAY_V3_BASE_URL') ?? ''),
    hostOf(read.get('WECHATPAY_V2_BASE_URL') ?? ''),
  ];
  const allLoopback = hosts.every(isLoopbackHost);
  const urls: [string, string | undefined][] = [
    ['WECHATPAY_NOTIFY_BASE_URL', read.get('WECHATPAY_NOTIFY_BASE_URL')],
    ...[...merchants.values()].map((merchant): [string, string | undefined] => [
      `WECHATPAY_MERCHANTS_FILE (merchant ${merchant.mchid}).notifyBaseUrl`,
      merchant.notifyBaseUrl,
    ]),
  ];
  for (const [path, url] of urls) {
    if (url?.toLowerCase().startsWith('http:') && !allLoopback) {
      problems.add(
        path,
        'url',
        'https',
        'Use https; http is for a webhook and a WeChat Pay simulator that are both on loopback.',
        JSON.stringify(url),
      );
    }
  }
}

function checkPlainPayloads(read: VariableReader, env: Environment, problems: Problems): void {
  let address: string;
  try {
    address =
      loadClientConnectConfig({ overrideEnvVars: { ...env } as Record<string, string> }).connectionOptions.address ??
      'localhost:7233';
  } catch {
    // Its text may quote the file, which may hold an API key.
    problems.add(
      'TEMPORAL_CONFIG_FILE',
      'temporal',
      'settings that @temporalio/envconfig can read',
      'Check TEMPORAL_CONFIG_FILE, TEMPORAL_PROFILE and the TLS files named by TEMPORAL_TLS_*.',
    );
    return;
  }
  if (read.get('WECHATPAY_CODEC') === 'off' || isLoopbackHost(hostOf(address))) return;
  problems.add(
    'WECHATPAY_CODEC',
    'plain-text',
    'off, because Temporal is not on loopback and payloads are not encrypted',
    'Set WECHATPAY_CODEC=off to accept that Temporal sees payloads in plain text, or use a Temporal on loopback.',
    read.isSet('WECHATPAY_CODEC') ? undefined : 'nothing',
  );
}
