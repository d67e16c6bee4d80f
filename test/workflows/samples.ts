import { samples } from '../../src/demo/samples';
import type { TestCredentials } from '../../src/testing';

let used = 0;

/** The demo's samples under numbers no other test of this run uses. */
export function newSamples({ mchid, appid }: Pick<TestCredentials, 'mchid' | 'appid'>) {
  used += 1;
  return samples({ mchid, appid, suffix: `${String(Date.now()).slice(-7)}${String(used).padStart(3, '0')}` });
}
