import type { Client } from '@temporalio/client';
import { FILLED_IN_FIELDS, identityOf, optionProblems, WORKFLOW_TASK_QUEUE } from '../interface';
import type {
  CommonOptions,
  ContractOrderOptions,
  ContractOrderResult,
  ContractOrderSubmission,
  CustomsOptions,
  CustomsResult,
  FirstAnswer,
  H5Result,
  IdentityResult,
  OPTION_RULES,
} from '../interface';
import { notificationUrls } from '../config/notificationUrls';
import { completeContractOrder } from '../wechatpay/contract-order/complete';
import { parseContractOrder, parseFrozenContractOrder } from '../wechatpay/contract-order/schema';
import type { ContractOrder } from '../wechatpay/contract-order/schema';
import { parseDeclaration, parseSealedIdentity, parseVerification } from '../wechatpay/customs/schema';
import type {
  CertificateVerification,
  CustomsDeclaration,
  CustomsRecord,
  PlainIdentity,
  SealedIdentity,
} from '../wechatpay/customs/schema';
import { parseH5Application } from '../wechatpay/h5/schema';
import type { H5Application, H5ApplicationRecord } from '../wechatpay/h5/schema';
import { InvalidInputError, WechatPayError } from '../wechatpay/errors';
import type { Problem } from '../wechatpay/errors';
import { mchid as mchidSchema, parseInput } from '../wechatpay/validation';
import { allProblems } from './all-problems';
import { checkSearchAttributes, refusePlainPayloads } from './namespace';
import { ContractOrderProcess, StartedProcess, statusOf } from './process';
import type { ProcessStatus } from './process';
import { sealIdentity } from './sealing';
import type { SealingKey } from './sealing';
import { storedInput } from './stored-input';
import { newestRun, start, startAndSubmit } from './start';
import type { RepeatPolicy, Start } from './start';

export interface WechatPayClientOptions {
  /** Queue of the workflows. Default `wechatpay`. */
  readonly taskQueue?: string;
  /** Public address of the webhook; notification URLs are built from it unless an input gives its own. */
  readonly notifyBaseUrl?: string;
  /** WeChat Pay's public key for identity data. Needed only to seal an ID number and a name here. */
  readonly sealingKey?: SealingKey;
  /** Only while gateway and webhook are both on loopback: notification URLs may be `http` there. Default `false`. */
  readonly allowLoopback?: boolean;
  /**
   * Accept a Temporal server on another machine although payloads are not encrypted: `contract_display_account` and
   * `openid` are readable there. The counterpart of `WECHATPAY_CODEC=off`. Default `false`.
   */
  readonly plainPayloads?: boolean;
  /**
   * Told what is unusual in an input but not wrong: an unknown customs code, a payment number of another length. It is
   * started all the same, and WeChat Pay decides. Never shows personal data.
   */
  readonly onWarnings?: (subject: string, warnings: readonly Problem[]) => void;
}

const ONE_EFFECT: RepeatPolicy = { conflict: 'USE_EXISTING', reuse: 'ALLOW_DUPLICATE_FAILED_ONLY' };
const ONE_AT_A_TIME: RepeatPolicy = { conflict: 'FAIL', reuse: 'ALLOW_DUPLICATE' };

type Identity = PlainIdentity | SealedIdentity;
type Flow = keyof typeof OPTION_RULES;

/**
 * Starts processes and asks for them. Every input is validated completely before anything starts; a second start of the
 * same key with the same data gets the same process, with other data a {@link ConflictError}.
 */
export class WechatPayClient {
  private readonly taskQueue: string;
  private readonly allowLoopback: boolean;
  private namespaceChecked: Promise<void> | undefined;

  constructor(
    private readonly client: Client,
    private readonly options: WechatPayClientOptions = {},
  ) {
    this.taskQueue = options.taskQueue ?? WORKFLOW_TASK_QUEUE;
    this.allowLoopback = options.allowLoopback ?? false;
  }

  /**
   * Declares an order to customs and waits for WeChat Pay's first answer. `identity` asks whether this person is the
   * payer; a plain one is sealed here and goes no further.
   *
   * @throws InvalidInputError, ConflictError. Nothing was sent then.
   */
  async declare(input: {
    readonly declaration: CustomsDeclaration;
    readonly identity?: Identity;
    readonly options?: CustomsOptions;
  }): Promise<StartedProcess<CustomsResult, FirstAnswer<CustomsRecord>>> {
    return this.submit<CustomsResult, FirstAnswer<CustomsRecord>, ReturnType<typeof this.declarationInput>>(
      this.declarationStart(input, ONE_EFFECT),
    );
  }

  /** Watches a declaration again whose earlier process ended UNDECIDED. Adopts the record; never sends. */
  async resumeDeclaration(input: {
    readonly declaration: CustomsDeclaration;
    readonly options?: CustomsOptions;
  }): Promise<StartedProcess<CustomsResult, FirstAnswer<CustomsRecord>>> {
    const adopting = { ...input, options: { ...input.options, adopt: true } };
    return this.submit<CustomsResult, FirstAnswer<CustomsRecord>, ReturnType<typeof this.declarationInput>>(
      this.declarationStart(adopting, { conflict: 'USE_EXISTING', reuse: 'ALLOW_DUPLICATE' }),
    );
  }

  /** Asks whether a person is the payer of an order that was declared before. A plain identity is sealed here. */
  async verifyIdentity(input: {
    readonly order: Omit<CertificateVerification, keyof SealedIdentity>;
    readonly identity: Identity;
    readonly options?: CommonOptions;
  }): Promise<StartedProcess<IdentityResult>> {
    const verification = this.checked('identity verification', [
      () => this.checkOptions('identityVerification', input.options),
      (warnings) => {
        const sealed = this.sealed(input.identity, '$.identity', warnings);
        return parseVerification({ ...input.order, ...sealed }, '$.order', { warnings });
      },
    ])[1];
    return this.start({
      input: { verification, ...(input.options === undefined ? {} : { options: input.options }) },
      identity: identityOf.identityVerification({ verification, options: input.options }),
      policy: ONE_AT_A_TIME,
      // Sealed bytes differ at every sealing: whether it is the same person, nobody can tell.
      compared: (started) => started.verification,
      joins: false,
      summary: `identity of the payer of ${verification.out_trade_no}`,
    });
  }

  /**
   * Applies for H5 payment permission of a sub-merchant and waits for WeChat Pay's first answer.
   *
   * @throws InvalidInputError, ConflictError. Nothing was sent then.
   */
  async applyForH5(input: {
    readonly mchid: string;
    readonly application: H5Application;
    readonly options?: CommonOptions;
  }): Promise<StartedProcess<H5Result, FirstAnswer<Partial<H5ApplicationRecord>>>> {
    const { options } = input;
    const [, mchid, checked] = this.checked('H5 application', [
      () => this.checkOptions('h5Application', options),
      () => parseInput('H5 application', '$.mchid', mchidSchema(), input.mchid),
      (warnings) => {
        const rules = { allowLoopback: this.allowLoopback, mchid: input.mchid, warnings };
        return parseH5Application(input.application, '$.application', rules);
      },
    ]);
    const notify_url =
      checked.notify_url ??
      (this.options.notifyBaseUrl === undefined
        ? undefined
        : notificationUrls(this.options.notifyBaseUrl).h5(mchid, checked.sub_mchid));
    const application = notify_url === undefined ? checked : { ...checked, notify_url };
    return this.submit({
      input: { mchid, application, ...(options === undefined ? {} : { options }) },
      identity: identityOf.h5Application({ mchid, application, options }),
      policy: ONE_AT_A_TIME,
      compared: (started) => started.application,
      filledIn: ['notify_url'],
      summary: `H5 payment for ${application.sub_mchid}`,
    });
  }

  /**
   * Makes an order that is paid and signed in one step, and waits for WeChat Pay's first answer.
   *
   * @throws InvalidInputError, ConflictError. Nothing was sent then.
   */
  async orderWithContract(input: {
    readonly order: ContractOrder;
    readonly options?: ContractOrderOptions;
  }): Promise<ContractOrderProcess<FirstAnswer<ContractOrderSubmission>>> {
    return this.startOrder(input, ONE_EFFECT);
  }

  private async startOrder(
    input: { readonly order: ContractOrder; readonly options?: ContractOrderOptions },
    policy: RepeatPolicy,
  ): Promise<ContractOrderProcess<FirstAnswer<ContractOrderSubmission>>> {
    const { options } = input;
    // An order that was made before does not become wrong by growing old.
    const rules = { allowLoopback: this.allowLoopback, ...(options?.adopt === true ? {} : { now: Date.now() }) };
    const [, given] = this.checked('contract order', [
      () => this.checkOptions('contractOrder', options),
      (warnings) => parseContractOrder(input.order, '$.order', { ...rules, warnings }),
    ]);
    const order = parseFrozenContractOrder(
      completeContractOrder({ ...(await this.filledInBefore(given)), ...given }, this.addresses(), Date.now()),
      '$.order',
      rules,
    );
    await this.checkNamespace();
    const started = await startAndSubmit<
      { order: ContractOrder; options?: ContractOrderOptions },
      FirstAnswer<ContractOrderSubmission>
    >(this.client, this.taskQueue, {
      input: { order, ...(options === undefined ? {} : { options }) },
      identity: identityOf.contractOrder({ order, options }),
      policy,
      // What was left out is filled in anew at each call, so only what the caller states is compared.
      compared: (input) => (input.order === order ? given : input.order),
      filledIn: FILLED_IN_FIELDS,
      summary: `order ${order.out_trade_no}, ${order.total_fee} fen, with contract ${order.contract_code}`,
    });
    return new ContractOrderProcess(this.client, started, started.first);
  }

  /** Watches an order again whose earlier process ended UNDECIDED. Adopts what WeChat Pay has; never sends. */
  async resumeOrder(input: {
    readonly order: ContractOrder;
    readonly options?: ContractOrderOptions;
  }): Promise<ContractOrderProcess<FirstAnswer<ContractOrderSubmission>>> {
    return this.startOrder(
      { ...input, options: { ...input.options, adopt: true } },
      { conflict: 'USE_EXISTING', reuse: 'ALLOW_DUPLICATE' },
    );
  }

  /** A declaration, application, order or contract that was started before; without a run id, its newest run. */
  async process<Result extends CustomsResult | H5Result | IdentityResult | ContractOrderResult>(
    workflowId: string,
    runId?: string,
  ): Promise<StartedProcess<Result>> {
    const run = runId ?? (await this.client.workflow.getHandle(workflowId).describe()).runId;
    return new StartedProcess<Result>(this.client, { workflowId, runId: run });
  }

  /** An order that was started before, for its cashier. */
  async contractOrder(key: { readonly mch_id: string; readonly out_trade_no: string }): Promise<ContractOrderProcess> {
    const { workflowId } = identityOf.contractOrder({ order: { ...key, contract_code: '' } as ContractOrder });
    const { runId } = await this.client.workflow.getHandle(workflowId).describe();
    return new ContractOrderProcess(this.client, { workflowId, runId });
  }

  /** State of a process and of its waiting query. */
  status(workflowId: string): Promise<ProcessStatus> {
    return statusOf(this.client, workflowId);
  }

  private declarationInput(input: {
    readonly declaration: CustomsDeclaration;
    readonly identity?: Identity;
    readonly options?: CustomsOptions;
  }) {
    const [, declaration, identity] = this.checked('customs declaration', [
      () => this.checkOptions('customsDeclaration', input.options),
      (warnings) => parseDeclaration(input.declaration, '$.declaration', { warnings }),
      (warnings) => (input.identity === undefined ? undefined : this.sealed(input.identity, '$.identity', warnings)),
    ]);
    return {
      declaration,
      ...(identity === undefined ? {} : { identity }),
      ...(input.options === undefined ? {} : { options: input.options }),
    };
  }

  private declarationStart(
    given: Parameters<typeof this.declarationInput>[0],
    policy: RepeatPolicy,
  ): Start<ReturnType<typeof this.declarationInput>> {
    const input = this.declarationInput(given);
    const { out_trade_no, customs } = input.declaration;
    return {
      input,
      identity: identityOf.customsDeclaration(input),
      policy,
      compared: ({ declaration }) => declaration,
      summary: `declare ${out_trade_no} to ${customs}`,
    };
  }

  private sealed(identity: Identity, path: string, warnings: Problem[]): SealedIdentity {
    if ('sealed_with' in identity) return parseSealedIdentity(identity, path);
    if (this.options.sealingKey === undefined) {
      throw new WechatPayError('CONFIGURATION', 'this client has no key to seal identity data with.', {
        remedy:
          'Give `sealingKey`: a public key of WeChat Pay with its id; `temporal-wechatpay certificates` fetches one.',
      });
    }
    return sealIdentity(identity, this.options.sealingKey, path, { warnings });
  }

  private checked<const Checks extends Parameters<typeof allProblems>[1]>(subject: string, checks: Checks) {
    return allProblems(subject, checks, this.options.onWarnings);
  }

  private checkOptions(flow: Flow, options: unknown): undefined {
    const problems = optionProblems(flow, options);
    if (problems.length > 0) throw new InvalidInputError(flow, problems);
    return undefined;
  }

  /** What an earlier run of the same order had filled in: a repeated request has to be identical. */
  private async filledInBefore(given: ContractOrder): Promise<Partial<ContractOrder>> {
    const { workflowId } = identityOf.contractOrder({ order: given });
    const earlier = await newestRun(this.client, workflowId);
    if (earlier === undefined) return {};
    const stored = (await storedInput(this.client, workflowId, earlier.runId)) as {
      order?: Partial<ContractOrder>;
    } | null;
    const order = stored?.order ?? {};
    return Object.fromEntries(
      FILLED_IN_FIELDS.flatMap((name) => (order[name] === undefined ? [] : [[name, order[name]]])),
    );
  }

  private addresses() {
    const urls = this.options.notifyBaseUrl === undefined ? undefined : notificationUrls(this.options.notifyBaseUrl);
    return {
      payment: (mch_id: string) => urls?.payment(mch_id),
      contract: (mch_id: string, out_trade_no: string) => urls?.contract(mch_id, out_trade_no),
    };
  }

  private async submit<Result extends CustomsResult | H5Result, Answer, Input>(
    begin: Start<Input>,
  ): Promise<StartedProcess<Result, Answer>> {
    await this.checkNamespace();
    const started = await startAndSubmit<Input, Answer>(this.client, this.taskQueue, begin);
    return new StartedProcess<Result, Answer>(this.client, started, started.first);
  }

  private async start<Result extends IdentityResult, Input>(begin: Start<Input>): Promise<StartedProcess<Result>> {
    await this.checkNamespace();
    return new StartedProcess<Result>(this.client, await start(this.client, this.taskQueue, begin));
  }

  /** Once per client; a namespace that was not set up would leave every process stuck. */
  private checkNamespace(): Promise<void> {
    if (this.options.plainPayloads !== true) refusePlainPayloads(this.client);
    this.namespaceChecked ??= checkSearchAttributes(this.client).catch((error: unknown) => {
      this.namespaceChecked = undefined;
      throw error;
    });
    return this.namespaceChecked;
  }
}
