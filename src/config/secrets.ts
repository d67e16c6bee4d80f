import { inspect } from 'node:util';

const SHOWN = '[secret]';

/** Makes an object's JSON and inspected forms say nothing of its content. The content itself stays usable. */
export function hidden<T extends object>(value: T): T {
  return Object.defineProperties(value, {
    toJSON: { value: () => SHOWN, enumerable: false },
    [inspect.custom]: { value: () => SHOWN, enumerable: false },
  });
}
