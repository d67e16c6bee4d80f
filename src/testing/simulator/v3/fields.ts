import { ApiError } from './api-error';
import type { ErrorDetail, Text } from './api-error';

/** What one documented field may hold. */
export interface FieldRule {
  readonly type: 'text' | 'integer' | 'texts';
  readonly required?: boolean;
  /** Most characters of a text, or most entries of a list. */
  readonly max?: number;
  readonly pattern?: RegExp;
  readonly values?: readonly string[];
  /** Never repeated in an error. */
  readonly personal?: boolean;
  /** Documented message when it is absent. */
  readonly missing?: Text;
  /** Documented message when it is there and wrong. */
  readonly wrong?: Text;
}

export type FieldRules = Readonly<Record<string, FieldRule>>;
export type Fields = Readonly<Record<string, unknown>>;

const PARAMETER_ERROR: Text = { en: 'Parameter error', zh: '参数错误' };

function problem(rule: FieldRule, value: unknown): string | undefined {
  const text = (one: unknown): string | undefined => {
    if (typeof one !== 'string') return 'not a string';
    if (one === '') return 'empty';
    if (rule.type === 'text' && rule.max !== undefined && [...one].length > rule.max) return `longer than ${rule.max}`;
    if (rule.pattern && !rule.pattern.test(one)) return 'wrong format';
    if (rule.values && !rule.values.includes(one)) return 'not one of the allowed values';
    return undefined;
  };
  switch (rule.type) {
    case 'text':
      return text(value);
    case 'integer':
      return Number.isSafeInteger(value) && (value as number) >= 0 ? undefined : 'not a non-negative integer';
    case 'texts':
      if (!Array.isArray(value) || value.length === 0) return 'not a list with entries';
      if (rule.max !== undefined && value.length > rule.max) return `more than ${rule.max} entries`;
      return value.map(text).find((found) => found !== undefined);
  }
}

/**
 * Refuses a body or query that the page of the call does not allow: PARAM_ERROR with the documented message.
 * Unknown fields are refused too, which is stricter than WeChat Pay and finds typing errors.
 */
export function checkFields(fields: Fields, rules: FieldRules, location: 'body' | 'query'): void {
  const at = (field: string): string => (location === 'body' ? `/${field}` : field);
  const refuse = (text: Text, detail: ErrorDetail): never => {
    throw new ApiError(400, 'PARAM_ERROR', text, detail);
  };
  for (const [field, rule] of Object.entries(rules)) {
    const value = fields[field];
    if (value === undefined || value === null || value === '') {
      if (value === undefined && !rule.required) continue;
      refuse(rule.missing ?? PARAMETER_ERROR, { field: at(field), issue: 'is not set', location });
    }
    const issue = problem(rule, value);
    if (issue === undefined) continue;
    const shown = rule.personal ? {} : { value: JSON.stringify(value).replace(/^"|"$/g, '').slice(0, 256) };
    refuse(rule.wrong ?? PARAMETER_ERROR, { field: at(field), ...shown, issue, location });
  }
  const unknown = Object.keys(fields).find((field) => !Object.hasOwn(rules, field));
  if (unknown !== undefined) {
    refuse(PARAMETER_ERROR, { field: at(unknown), issue: 'is not a parameter of this call', location });
  }
}
