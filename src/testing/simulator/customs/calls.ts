import type { CustomsData, CustomsDeclarationOf } from '../model';
import type { TestCredentials } from '../../credentials';
import { rfc3339 } from '../times';
import { invalidRequest, paramError } from '../v3/api-error';
import { checkFields } from '../v3/fields';
import type { Fields } from '../v3/fields';
import { isVisible, longNumber } from '../world';
import type { World } from '../world';
import { inForce, ledgerKey, plan, scriptOf, stepAt, storeKey, versionsAt } from './records';
import {
  checkAmounts,
  checkRegistration,
  DECLARE_FIELDS,
  MODIFY_FIELDS,
  noRecord,
  QUERY_FIELDS,
  REDECLARE_FIELDS,
} from './rules';

function ownMerchant(body: Fields, merchant: TestCredentials): void {
  if (body.mchid !== merchant.mchid || body.appid !== merchant.appid) {
    throw paramError('Incorrect transaction order information', '交易订单信息有误');
  }
}

/** Declarations that bear the number, as payment, order or sub-order. */
const declarationsOf = (world: World, mchid: string, number = ''): CustomsDeclarationOf[] =>
  world.stores.declarationsByNumber.get(`${mchid}/${number}`) ?? [];

function store(world: World, declaration: CustomsDeclarationOf): void {
  const { data } = inForce(declaration);
  world.stores.declarations.set(storeKey(data), declaration);
  const numbers = [data.out_trade_no, data.transaction_id, data.sub_order_no, declaration.sub_order_id];
  for (const number of new Set(numbers)) {
    if (number === undefined) continue;
    const key = `${data.mchid}/${number}`;
    world.stores.declarationsByNumber.set(key, [...declarationsOf(world, data.mchid, number), declaration]);
  }
}

/** Data of what was declared for the same payment. */
function declaredFor(world: World, mchid: string, transaction_id: string): CustomsData[] {
  return declarationsOf(world, mchid, transaction_id)
    .map((one) => inForce(one).data)
    .filter((data) => data.transaction_id === transaction_id);
}

const same = (a: object, b: object): boolean => {
  const sorted = (o: object): string => JSON.stringify(Object.entries(o).sort(([x], [y]) => (x < y ? -1 : 1)));
  return sorted(a) === sorted(b);
};

function echo(declaration: CustomsDeclarationOf, now: number) {
  const version = inForce(declaration);
  const { appid, mchid, out_trade_no, transaction_id, sub_order_no } = version.data;
  const step = stepAt(version, now);
  return {
    appid,
    mchid,
    state: step.state,
    out_trade_no,
    transaction_id,
    ...(sub_order_no === undefined ? {} : { sub_order_no, sub_order_id: declaration.sub_order_id }),
    modify_time: rfc3339(step.shownAt),
    explanation: step.explanation,
    verify_department: declaration.verify_department,
    verify_department_trade_id: declaration.verify_department_trade_id,
  };
}

/** `POST .../customs/orders` */
export function declare(world: World, merchant: TestCredentials, body: Fields) {
  checkFields(body, DECLARE_FIELDS, 'body');
  ownMerchant(body, merchant);
  const data = body as unknown as CustomsData;
  checkRegistration(world, merchant.mchid, data);
  let declaration = world.stores.declarations.get(storeKey(data));
  if (declaration) {
    if (!same(inForce(declaration).data, data)) {
      throw invalidRequest(
        'The information re-entered by merchant for customs declaration is different from the original one',
        '商户重新录入的报关信息与原信息不一致',
      );
    }
  } else {
    checkAmounts(world, data, true, declaredFor(world, merchant.mchid, data.transaction_id));
    declaration = {
      createdAt: world.now(),
      ...(data.sub_order_no === undefined ? {} : { sub_order_id: longNumber(world, '1000', 'sub_order') }),
      verify_department: 'UNIONPAY',
      verify_department_trade_id: `${longNumber(world, '2018', 'verification')}000`,
      versions: [{ data, steps: [] }],
    };
    store(world, declaration);
    plan(world, declaration, 'declare');
    world.ledger.record('declared', merchant.mchid, ledgerKey(data), world.now());
    world.ledger.record('pushed', merchant.mchid, ledgerKey(data), world.now());
  }
  const { modify_time: _time, explanation: _explanation, ...answer } = echo(declaration, world.now());
  return answer;
}

/** `GET .../customs/orders` */
export function query(world: World, merchant: TestCredentials, parameters: Fields) {
  checkFields(parameters, QUERY_FIELDS, 'query');
  ownMerchant(parameters, merchant);
  const { order_type, order_no, customs } = parameters as Record<string, string>;
  const number = (one: CustomsDeclarationOf): string | undefined =>
    order_type === 'sub_order_id'
      ? one.sub_order_id
      : inForce(one).data[order_type as 'out_trade_no' | 'transaction_id' | 'sub_order_no'];
  const found = declarationsOf(world, merchant.mchid, order_no).filter(
    (one) =>
      inForce(one).data.customs === customs &&
      number(one) === order_no &&
      isVisible(world, one.createdAt, scriptOf(world, inForce(one).data).visibleAfter),
  );
  const first = found[0];
  if (!first && world.settings.customsNotFound === 'error') throw noRecord();
  const offset = Number(parameters.offset ?? 0);
  const limit = Number(parameters.limit ?? 20);
  const records = found.flatMap((one) => {
    const asOf = world.now() - (scriptOf(world, inForce(one).data).changesVisibleAfter ?? 0) * 1000;
    const versions = versionsAt(one, asOf).reverse();
    const shown = world.settings.showVoidedRecords ? versions : versions.slice(0, 1);
    return shown.map((version) => recordOf(one, version.data, stepAt(version, asOf)));
  });
  return {
    appid: merchant.appid,
    mchid: merchant.mchid,
    ...(first && {
      verify_department: first.verify_department,
      verify_department_trade_id: first.verify_department_trade_id,
      transaction_id: inForce(first).data.transaction_id,
    }),
    offset,
    limit,
    total_count: records.length,
    data: records.slice(offset, offset + limit),
  };
}

function recordOf(one: CustomsDeclarationOf, data: CustomsData, step: ReturnType<typeof stepAt>) {
  const split = data.sub_order_no !== undefined;
  return {
    ...(split && { sub_order_no: data.sub_order_no, sub_order_id: one.sub_order_id }),
    mch_customs_no: data.merchant_customs_no,
    customs: data.customs,
    ...(split && { fee_type: data.fee_type, order_fee: data.order_fee }),
    duty: data.duty,
    ...(split && { transport_fee: data.transport_fee, product_fee: data.product_fee }),
    state: step.state,
    explanation: step.explanation,
    modify_time: rfc3339(step.shownAt),
  };
}

/** `PATCH .../customs/orders`: each call makes new declaration data, even with the same values. */
export function modify(world: World, merchant: TestCredentials, body: Fields) {
  checkFields(body, MODIFY_FIELDS, 'body');
  ownMerchant(body, merchant);
  const changes = body as unknown as CustomsData;
  checkRegistration(world, merchant.mchid, changes);
  const declaration = world.stores.declarations.get(storeKey(changes));
  if (!declaration) throw noRecord();
  const before = inForce(declaration).data;
  const { fee_type } = before;
  const data: CustomsData = { ...before, ...changes, ...(fee_type === undefined ? {} : { fee_type }) };
  checkAmounts(world, data, true, declaredFor(world, merchant.mchid, data.transaction_id));
  declaration.versions.push({ data, steps: [] });
  plan(world, declaration, 'modify');
  world.ledger.record('modified', merchant.mchid, ledgerKey(data), world.now());
  world.ledger.record('pushed', merchant.mchid, ledgerKey(data), world.now());
  const { explanation: _explanation, ...answer } = echo(declaration, world.now());
  return answer;
}

/** `POST .../customs/redeclare`: only from SUCCESS or EXCEPT. */
export function redeclare(world: World, merchant: TestCredentials, body: Fields) {
  checkFields(body, REDECLARE_FIELDS, 'body');
  ownMerchant(body, merchant);
  const { out_trade_no, transaction_id, sub_order_no, sub_order_id, customs } = body as Record<string, string>;
  if (out_trade_no === undefined && transaction_id === undefined) {
    throw paramError('Parameter error', '参数错误', {
      field: '/transaction_id',
      issue: 'one of out_trade_no and transaction_id is required',
      location: 'body',
    });
  }
  checkRegistration(world, merchant.mchid, body as { customs: string; merchant_customs_no: string });
  const declaration = declarationsOf(world, merchant.mchid, transaction_id ?? out_trade_no).find((one) => {
    const { data } = inForce(one);
    const matches = (asked: string | undefined, has: string | undefined): boolean =>
      asked === undefined || asked === has;
    const split = sub_order_no !== undefined || sub_order_id !== undefined;
    return (
      data.customs === customs &&
      matches(out_trade_no, data.out_trade_no) &&
      matches(transaction_id, data.transaction_id) &&
      (split
        ? matches(sub_order_no, data.sub_order_no) && matches(sub_order_id, one.sub_order_id)
        : data.sub_order_no === undefined)
    );
  });
  if (!declaration) throw noRecord();
  const { data } = inForce(declaration);
  if (!['SUCCESS', 'EXCEPT'].includes(stepAt(inForce(declaration), world.now()).state)) {
    throw invalidRequest(
      'The current declaration state does not allow re-push. Only SUCCESS or EXCEPT can be re-pushed.',
      '当前申报状态不允许重推，仅申报成功或海关接口异常的订单可以重推',
    );
  }
  plan(world, declaration, 'repush');
  world.ledger.record('pushed', merchant.mchid, ledgerKey(data), world.now());
  const { verify_department: _department, verify_department_trade_id: _id, ...answer } = echo(declaration, world.now());
  return answer;
}
