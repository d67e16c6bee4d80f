import { textOf } from './fields';
import { V2NotificationRefusedError, type VerifiedFields } from './notification';

/** @throws V2NotificationRefusedError `field` */
export function required(fields: VerifiedFields, name: string): string {
  const value = textOf(fields, name);
  if (value === undefined) throw wrongField(name, 'a value');
  return value;
}

export function wrongField(name: string, expected: string): V2NotificationRefusedError {
  return new V2NotificationRefusedError('field', `${name}: expected ${expected}`);
}

export function notASuccess(name: string): V2NotificationRefusedError {
  return new V2NotificationRefusedError('not-a-success', `expected ${name} SUCCESS`);
}
