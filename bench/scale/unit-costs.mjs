// What one declaration, one poll of a long wait and one notification cost, measured on one worker.
import { keepDeclaring, declarationOf } from './declarations.mjs';
import { rounded } from '../statistics.mjs';
import { between, sleep, unitCost } from './meter.mjs';

/** Workflows still send their last messages, and the server deletes tasks that are done, after the result is known. */
const SETTLE = 3_000;

export async function measureUnitCosts(bench, plan) {
  const { meter, say } = bench;
  // Before anything was asked for: a server still clears up a minute after the last declaration, which is no idle time.
  await sleep(SETTLE);
  say(`idle, ${plan.idleSeconds} s`);
  const before = await meter.all();
  await sleep(plan.idleSeconds * 1000);
  const idle = between(before, await meter.all());

  await keepDeclaring(bench.fleet, { inFlight: 10, until: (started) => started >= plan.warmUp });
  await sleep(SETTLE);
  say(`${plan.declarations} declarations`);
  const perDeclaration = await measureDeclarations(bench, plan, idle);
  say(`polls of ${plan.open} open declarations, ${plan.pollSeconds} s`);
  const { perPoll, perOpen } = await measurePolls(bench, plan, idle);
  say(`${plan.notifications} notifications`);
  const perNotification = await measureNotifications(bench, plan, idle);
  return { idlePerSecond: perSecond(idle), perDeclaration, perPoll, perOpen, perNotification };
}

function perSecond({ seconds, cpu, work }) {
  const rates = (values, digits, factor = 1) =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, rounded((value / seconds) * factor, digits)]),
    );
  return { cpuMilliseconds: rates(cpu, 3, 1000), work: rates(work, 3) };
}

async function measureDeclarations({ fleet, meter, database }, { declarations, inFlight }, idle) {
  const rowsBefore = await database.rows();
  const bytesBefore = await database.bytes();
  const before = await meter.all();
  const run = await keepDeclaring(fleet, { inFlight, until: (started) => started >= declarations });
  await sleep(SETTLE);
  const used = between(before, await meter.all());
  const rows = await database.rows();
  const bytes = await database.bytes();
  const histories = [];
  for (const id of run.ids.slice(-20)) {
    const { raw, historyLength } = await fleet.client.workflow.getHandle(id).describe();
    histories.push({ events: historyLength, bytes: Number(raw.workflowExecutionInfo?.historySizeBytes ?? 0) });
  }
  const mean = (name) => rounded(histories.reduce((sum, one) => sum + one[name], 0) / histories.length, 1);
  return {
    ...unitCost(used, idle, run.started),
    succeeded: run.succeeded,
    events: mean('events'),
    historyBytes: mean('bytes'),
    actionsByType: each(used.actionsByType, run.started),
    rowsKept: each(rowsAdded(rowsBefore, rows), run.started),
    databaseBytesKept: rounded((bytes - bytesBefore) / run.started, 0),
    databaseWriteMilliseconds: writeMilliseconds(used),
  };
}

async function measurePolls({ fleet, meter, database, say }, { open, pollSeconds }, idle) {
  const { simulator, wechatpay, credentials, client } = fleet;
  const rowsBefore = await database.rows();
  const declarations = Array.from({ length: open }, () => declarationOf(credentials));
  simulator.script({
    customs: declarations.map(({ transaction_id }) => ({
      transaction_id,
      states: [{ after: 0, state: 'PROCESSING' }],
    })),
  });
  const starting = [...declarations];
  const processes = [];
  const startOneAfterTheOther = async () => {
    for (let declaration = starting.pop(); declaration !== undefined; declaration = starting.pop()) {
      processes.push(await wechatpay.declare({ declaration, options: { pollEvery: '1s' } }));
    }
  };
  await Promise.all(Array.from({ length: 10 }, startOneAfterTheOther));
  await sleep(SETTLE);
  const perOpen = { count: open, rows: each(rowsAdded(rowsBefore, await database.rows()), open) };
  const before = await meter.all();
  await sleep(pollSeconds * 1000);
  const used = between(before, await meter.all());
  for (const { workflowId } of processes) await client.workflow.getHandle(workflowId).terminate('measured');
  await sleep(SETTLE);
  say(`${used.work.polls} polls`);
  return {
    perOpen,
    perPoll: {
      ...unitCost(used, idle, used.work.polls),
      actionsByType: each(used.actionsByType, used.work.polls),
      databaseWriteMilliseconds: writeMilliseconds(used),
    },
  };
}

/**
 * A notification of what is known already, to H5 applications under review: it is verified, signalled and acknowledged, and
 * the workflow asks WeChat Pay. Customs sends none.
 */
async function measureNotifications({ fleet, meter }, { notified, notifications }, idle) {
  const { simulator, wechatpay, credentials, client, webhookUrl } = fleet;
  const { mchid } = credentials;
  const applications = Array.from({ length: notified }, (_, index) => String(2_400_000_000 + index));
  simulator.script({
    h5: applications.map((sub_mchid) => ({ sub_mchid, states: [{ after: 0, state: 'UNDER_REVIEW' }] })),
  });
  const processes = await Promise.all(
    applications.map((sub_mchid) =>
      wechatpay.applyForH5({ mchid, application: applicationOf(sub_mchid), options: { pollEvery: '1 hour' } }),
    ),
  );
  await sleep(SETTLE);
  const records = await Promise.all(processes.map((started) => started.refresh()));
  await sleep(SETTLE);
  const before = await meter.all();
  for (let sent = 0; sent < notifications; sent += 1) {
    const sub_mchid = applications[sent % notified];
    simulator.notify({
      kind: 'h5',
      url: `${webhookUrl}/wechatpay/${mchid}/h5/${sub_mchid}`,
      event_type: 'APPLYMENT_STATE.UNDER_REVIEW',
      resource: resourceOf(sub_mchid, records[sent % notified]),
    });
    await sleep(50);
  }
  await sleep(SETTLE);
  const used = between(before, await meter.all());
  const acknowledged = simulator.notifications({ kind: 'h5' }).filter((one) => one.acknowledged).length;
  for (const { workflowId } of processes) await client.workflow.getHandle(workflowId).terminate('measured');
  return {
    ...unitCost(used, idle, notifications),
    acknowledged,
    actionsByType: each(used.actionsByType, notifications),
    databaseWriteMilliseconds: writeMilliseconds(used),
  };
}

/** As JSON text, because WeChat Pay writes the application's number, which is longer than a double, without quotes. */
function resourceOf(sub_mchid, record) {
  if (record?.applyment_id === undefined)
    throw new Error(`H5 application of ${sub_mchid}: expected a record with its number`);
  const resource = { ...applicationOf(sub_mchid), applyment_state: 'UNDER_REVIEW' };
  return JSON.stringify(resource).replace('{', `{"applyment_id":${record.applyment_id},`);
}

function applicationOf(sub_mchid) {
  return {
    sub_mchid,
    domains: ['qq.com'],
    website_url: 'https://qq.com',
    applyment_type: 'APPLY_FOR_PAYMENT_AUTHORITY',
    transaction_limit_type: 'NORMAL_LIMIT',
    website_state: 'HAS_LAUNCHED',
  };
}

/** What the server waited for the database to write the state of one workflow, on average. */
function writeMilliseconds({ updateLatency: { seconds, count } }) {
  return rounded((seconds / count) * 1000, 2);
}

function rowsAdded(before, after) {
  return Object.fromEntries(
    Object.keys({ ...before, ...after }).map((table) => [table, (after[table] ?? 0) - (before[table] ?? 0)]),
  );
}

/** Per one of `count`; what does not occur is left out. */
function each(values, count) {
  return Object.fromEntries(
    Object.entries(values)
      .map(([name, value]) => [name, rounded(value / count, 3)])
      .filter(([, value]) => value !== 0),
  );
}
