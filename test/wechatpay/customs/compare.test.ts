import { describe, expect, it } from 'vitest';
import {
  hasMoved,
  modificationProgress,
  namingDifferences,
  openChanges,
  repushDifferences,
} from '../../../src/wechatpay/customs/compare';
import type { CustomsRecord } from '../../../src/wechatpay/customs/schema';
import { plain, split } from './declarations';

const { fee_type: _fee_type, ...modifiable } = split;
const wanted = { ...modifiable, duty: 99, merchant_customs_no: '440316T004' };
const at = (second: number): string => `2026-01-01T10:00:${String(second).padStart(2, '0')}+08:00`;
const { appid: _appid, mchid: _mchid, ...recorded } = split;
const snapshot: CustomsRecord = { ...recorded, state: 'FAIL', modify_time: at(10) };
const { appid: _a, mchid: _m, ...wantedValues } = wanted;
const modified: CustomsRecord = { ...wantedValues, state: 'SUBMITTED', modify_time: at(20) };

describe('what is left to modify', () => {
  it('is what differs', () => {
    expect(openChanges(wanted, snapshot)).toEqual(['merchant_customs_no', 'duty']);
    expect(openChanges(wanted, modified)).toEqual([]);
  });

  it('is also what the record does not state, because it may be another value', () => {
    const { merchant_customs_no: _no, ...silent } = modified;
    expect(openChanges(wanted, silent)).toEqual(['merchant_customs_no']);
  });

  it('is nothing of what the modification leaves out', () => {
    const { duty: _duty, ...rest } = wanted;
    expect(openChanges(rest, modified)).toEqual([]);
  });

  it('is no duty of 0 where the record states none, but any other', () => {
    const { duty: _duty, ...silent } = modified;
    expect(openChanges({ ...wanted, duty: 0 }, silent)).toEqual([]);
    expect(openChanges(wanted, silent)).toEqual(['duty']);
  });
});

describe('how far a modification has come', () => {
  const progress = (record: Partial<CustomsRecord>, from: CustomsRecord = snapshot) =>
    modificationProgress(wanted, from, { ...from, ...record });

  it('is done with the wanted values, later', () => {
    expect(modificationProgress(wanted, snapshot, modified)).toBe('done');
    expect(modificationProgress(wanted, snapshot, { ...modified, state: 'SUCCESS', modify_time: at(40) })).toBe('done');
  });

  it('is done with the wanted values in the same second', () => {
    expect(modificationProgress(wanted, snapshot, { ...modified, modify_time: at(10) })).toBe('done');
  });

  it('has not begun while the values are those of the snapshot', () => {
    expect(progress({})).toBe('before');
  });

  it('has not begun when customs only decided about those values meanwhile', () => {
    expect(progress({ state: 'SUCCESS', modify_time: at(20) })).toBe('before');
  });

  it('is overtaken where the values are neither the old ones nor the wanted', () => {
    expect(progress({ duty: 7, modify_time: at(20) })).toBe('other');
    expect(progress({ order_fee: 1, modify_time: at(20) })).toBe('other');
    // Half of what is wanted is somebody else's change too.
    expect(progress({ duty: 99, modify_time: at(20) })).toBe('other');
  });

  it('cannot be told from a record that is older than the snapshot', () => {
    expect(modificationProgress(wanted, snapshot, { ...modified, modify_time: at(9) })).toBe('stale');
    expect(progress({ modify_time: at(9) })).toBe('stale');
  });

  it('is told by the time alone where the record states nothing of what changes', () => {
    const { merchant_customs_no: _no, duty: _duty, ...silent } = snapshot;
    expect(progress({}, silent)).toBe('before');
    expect(progress({ modify_time: at(20) }, silent)).toBe('moved');
    expect(progress({ state: 'SUBMITTED' }, silent)).toBe('moved');
  });

  it('is no change of others where one of the two records does not state a field', () => {
    const { merchant_customs_no: _no, ...silent } = snapshot;
    expect(modificationProgress(wanted, silent, snapshot)).toBe('before');
    expect(modificationProgress(wanted, snapshot, silent)).toBe('before');
  });

  it('is no change of others where a record without duty comes to state 0', () => {
    const { duty: _duty, ...silent } = snapshot;
    expect(modificationProgress(wanted, silent, { ...silent, duty: 0 })).toBe('before');
    expect(modificationProgress(wanted, silent, { ...silent, duty: 7 })).toBe('other');
  });
});

describe('the record that a correction names', () => {
  it('is another one by its numbers, never by its amounts', () => {
    expect(namingDifferences(wanted, snapshot)).toEqual([]);
    for (const field of ['transaction_id', 'out_trade_no', 'customs', 'sub_order_no'] as const) {
      expect(namingDifferences(wanted, { ...snapshot, [field]: 'X' })).toEqual([
        { field, ours: wanted[field], theirs: 'X' },
      ]);
    }
  });

  it('is pushed under its own registration number only', () => {
    const repush = { ...plain };
    const record: CustomsRecord = { ...plain, state: 'SUCCESS' };
    expect(repushDifferences(repush, record)).toEqual([]);
    expect(repushDifferences(repush, { ...record, merchant_customs_no: '1' }).map(({ field }) => field)).toEqual([
      'merchant_customs_no',
    ]);
  });

  it('may have a number of its part that the re-push leaves out, but no other', () => {
    const record: CustomsRecord = { ...recorded, state: 'SUCCESS', sub_order_id: '7' };
    const repush = { ...plain, sub_order_no: split.sub_order_no };
    expect(repushDifferences(repush, record)).toEqual([]);
    expect(repushDifferences({ ...repush, sub_order_id: '8' }, record).map(({ field }) => field)).toEqual([
      'sub_order_id',
    ]);
  });
});

describe('a record', () => {
  it.each([
    ['another state', { state: 'PROCESSING' }, true],
    ['another time', { modify_time: at(11) }, true],
    ['nothing', {}, false],
    ['other words', { explanation: 'lock' }, false],
  ])('with %s has moved: %s', (_, change, moved) => {
    expect(hasMoved({ ...snapshot, ...change }, snapshot)).toBe(moved);
  });

  it('has not moved because the snapshot stated no time', () => {
    const { modify_time: _time, ...silent } = snapshot;
    expect(hasMoved(snapshot, silent)).toBe(false);
  });
});
