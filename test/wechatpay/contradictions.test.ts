import { describe, expect, it } from 'vitest';
import { passesAt, warnedAt, INPUT_NAMES, INPUTS } from '../bad-inputs/inputs';
import type { InputName } from '../bad-inputs/inputs';

/*
 * Where WeChat Pay's pages contradict each other, or themselves: the wider reading is sent. Where the wider one is
 * probably a mistake all the same, there is a warning.
 */

interface Contradiction {
  readonly says: string;
  readonly input: InputName;
  readonly field: string;
  readonly value: unknown;
  /** What is said of it; absent: nothing, because genuine values are like this. */
  readonly warned?: RegExp;
}

const CONTRADICTIONS: readonly Contradiction[] = [
  {
    says: 'customs: transaction_id is string[1,32] in the tables, 28 digits in the error codes',
    input: 'declaration',
    field: 'transaction_id',
    value: '4200001',
    warned: /^28 digits$/,
  },
  {
    says: 'customs: merchant_customs_no is string[1,32] in the tables, six digits in the error codes',
    input: 'declaration',
    field: 'merchant_customs_no',
    value: '440316T004',
  },
  {
    says: 'customs: sub_order_no is for institutions on the Chinese pages, for all on the English ones',
    input: 'repush',
    field: 'sub_order_no',
    value: '20150806125346-1',
  },
  {
    says: 'customs: ZONGSHU is a code on the domestic page only',
    input: 'declaration',
    field: 'customs',
    value: 'ZONGSHU',
    warned: /known customs code/,
  },
  {
    says: 'customs: duty is 88 in the table, 888 in the sample',
    input: 'declaration',
    field: 'duty',
    value: 888,
  },
  {
    says: 'H5: sub_mchid is string[1,32] in the tables, ten digits in every sample',
    input: 'application',
    field: 'sub_mchid',
    value: '1',
    warned: /10 digits/,
  },
  {
    says: 'H5: company_register_cert has 32 characters in the request, 128 in the answer, more in the upload',
    input: 'application',
    field: 'company_register_cert',
    value: 'x'.repeat(512),
  },
  {
    says: 'H5: UN_LAUNCHED_WEBSITE_LIMIT is for web sites not launched, but the sample is launched',
    input: 'application',
    field: 'transaction_limit_type',
    value: 'UN_LAUNCHED_WEBSITE_LIMIT',
    warned: /web site that is launched/,
  },
  {
    says: 'H5: an amendment needs transaction_limit_type in English, and does not know it in Chinese',
    input: 'amendment',
    field: 'transaction_limit_type',
    value: undefined,
    warned: /transaction_limit_type of the application/,
  },
  {
    says: 'v2: spbill_create_ip has 16 characters here, 64 on the page of the unified order',
    input: 'order',
    field: 'spbill_create_ip',
    value: '2400:3200:baba::11',
    warned: /at most 16 characters/,
  },
  {
    says: 'v2: time_expire is one minute after time_start on the newer page, five on the older ones',
    input: 'order',
    field: 'time_expire',
    value: '20260102030606',
    warned: /more than five minutes/,
  },
  {
    says: 'v2: request_serial is int64 here, twelve digits on the page of another signing',
    input: 'order',
    field: 'request_serial',
    value: '9223372036854775807',
  },
];

describe('what WeChat Pay says in two ways', () => {
  it.each(CONTRADICTIONS)('$says', ({ input, field, value, warned }) => {
    if (warned !== undefined) warnedAt(input, field, value, { expected: warned });
    else passesAt(input, field, value);
  });

  it('warns of nothing that is usual', () => {
    for (const name of INPUT_NAMES) {
      const warnings: Parameters<typeof INPUTS.declaration.check>[1] = [];
      INPUTS[name].check(INPUTS[name].right, warnings);
      expect(warnings).toEqual([]);
    }
  });
});
