// `npm run bench:constant-time`: whether the time of a refused v2 signature tells how much of it was right.
import { createHash, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildIfNeeded } from '../../scripts/build.mjs';
import { leaveWithUsage } from '../../scripts/command-line.mjs';
import { installIfNeeded, root } from '../../scripts/install.mjs';
import { saveResult } from '../results.mjs';
import { runHeader } from '../run-header.mjs';
import { LIMIT, sample, welch, withoutSlowest } from './welch.mjs';

const USAGE = `Usage: npm run bench:constant-time -- [options]

  --samples N     calls of each measurement, at least 10000 (default 1000000)
  --json          prints raw results in place of the table
  --save          also writes them to bench/results/
  --help

Ends with 0, with 1 when a goal is missed, with 2 for wrong options.`;

const OPTIONS = {
  samples: { type: 'string', default: '1000000' },
  json: { type: 'boolean', default: false },
  save: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
};

const options = readOptions();
installIfNeeded();
buildIfNeeded();

const { sign, verifySign } = createRequire(import.meta.url)(join(root, 'lib', 'wechatpay', 'v2', 'signing.js'));
const fields = { appid: 'wxcbda96de0b165486', mch_id: '1900000109', out_trade_no: 'DW202601020001', total_fee: '888' };
/** Many, because what the digits of one signature cost by chance is no leak. */
const KEYS = Array.from({ length: 256 }, () => randomBytes(16).toString('hex'));

/** Wrong signatures: kind 0 in the first character, kind 1 in the last. A digit stays one, so that only the place differs. */
function wrongSignatures(signType) {
  const all = KEYS.map((key) => ({ key, right: sign(fields, { key, signType }) }));
  return (kind, turn) => {
    const { key, right } = all[turn % all.length];
    const bytes = Buffer.from(right, 'latin1');
    const at = kind === 0 ? 0 : bytes.length - 1;
    const others = (/[0-9]/.test(right[at]) ? '0123456789' : 'ABCDEF').replace(right[at], '');
    bytes[at] = others.charCodeAt(turn % others.length);
    return { key, right, claimed: bytes.toString('latin1') };
  };
}

const ours = ({ key, claimed }) => verifySign({ ...fields, sign: claimed }, { keys: [key] });

/** A comparison that stops at the first difference, each step made slow: the measurement has to see what it tells. */
function leaky({ right, claimed }) {
  createHash('md5').update(right).digest();
  for (let at = 0; at < right.length; at += 1) {
    for (let slow = 0; slow < SLOWER; slow += 1) if (right.charCodeAt(at) !== claimed.charCodeAt(at)) return false;
  }
  return true;
}

const SLOWER = 20;

const rows = [];
for (const signType of ['MD5', 'HMAC-SHA256']) {
  const make = wrongSignatures(signType);
  const { key, right } = make(0, 0);
  if (!ours({ key, claimed: right }).ok || ours(make(0, 0)).ok || ours(make(1, 0)).ok)
    throw new Error('verifySign is wrong');
  rows.push(measure(`verifySign, ${signType}`, ours, make, { constant: true }));
  rows.push(
    measure(`a comparison that stops early, ${SLOWER} times as slow, ${signType}`, leaky, make, { constant: false }),
  );
}

function measure(name, call, make, { constant }) {
  console.error(`${name} ...`);
  const { t, difference, error } = welch(...withoutSlowest(...sample(call, make, options.samples)));
  return { name, t, differenceNs: difference, seenFromNs: LIMIT * error, constant };
}

const goals = rows.map(({ name, t, constant }) => ({
  goal: constant ? `${name}: |t| below the limit` : `${name}: seen, |t| above the limit`,
  limit: LIMIT,
  measured: Math.abs(t),
  met: Math.abs(t) < LIMIT === constant,
}));
const run = { ...runHeader('bench:constant-time'), samples: options.samples, rows, goals };
process.stdout.write(`${options.json ? JSON.stringify(run, undefined, 2) : table()}\n`);
if (options.save) saveResult('constant-time', run);
process.exitCode = goals.every(({ met }) => met) ? 0 : 1;

function table() {
  const lines = rows.map(({ name, t, differenceNs, seenFromNs }, index) => {
    const verdict = goals[index].met ? 'met' : 'MISSED';
    const from = `seen from ${seenFromNs.toFixed(1)} ns`;
    return `${name.padEnd(63)} t ${t.toFixed(2).padStart(9)}  ${differenceNs.toFixed(1).padStart(8)} ns  ${from.padEnd(20)}  ${verdict}`;
  });
  const head = [
    `${options.samples} calls each, half with the first character wrong and half with the last; the slowest tenth left out.`,
    `|t| below ${LIMIT}: no difference was seen; a smaller one than is named would not be.`,
  ].join('\n');
  return [head, ...lines].join('\n');
}

function readOptions() {
  let values;
  try {
    ({ values } = parseArgs({ options: OPTIONS, allowPositionals: false }));
  } catch (error) {
    leaveWithUsage(USAGE, error.message);
  }
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  const samples = /^\d{1,8}$/.test(values.samples) ? Number(values.samples) : Number.NaN;
  if (!(samples >= 10_000)) leaveWithUsage(USAGE, `--samples ${values.samples}: expected a number of 10000 or more`);
  return { ...values, samples };
}
