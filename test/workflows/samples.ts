import { samples } from '../../src/demo/samples';
import type { TestCredentials } from '../../src/testing';

let used = 0;

/** The demo's samples under numbers no other test of this run uses. */
export function newSamples({ mchid, appid }: Pick<TestCredentials, 'mchid' | 'appid'>) {
  used += 1;
  const all = samples({ mchid, appid, suffix: `${String(Date.now()).slice(-7)}${String(used).padStart(3, '0')}` });
  // A WeChat account signs a contract template once, so every test has a payer of its own.
  const openid = `oUpF8uMuAJO_M2pxb1Q9zNjWeS${String(used).padStart(4, '0')}`;
  return { ...all, signed: { ...all.signed, openid }, presignFailed: { ...all.presignFailed, openid } };
}
