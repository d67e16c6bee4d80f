import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { goldenHistories, keepHistory } from './golden-files';

describe('the recorder', () => {
  const success = { flow: 'customsDeclaration', ending: 'success' } as const;
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'temporal-wechatpay-golden-'));
    keepHistory(success, 'as it was', 'missing', folder);
    keepHistory({ ...success, ending: 'success-at-once' }, 'another', 'missing', folder);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const read = (file: string) => readFileSync(join(folder, 'customsDeclaration', file), 'utf8');

  it('refuses to overwrite a history, and says so', () => {
    expect(keepHistory(success, 'as it is now', 'missing', folder)).toContain('kept customsDeclaration/success');
    expect(read('success.json')).toBe('as it was');
  });

  it('overwrites when asked', () => {
    keepHistory(success, 'as it is now', 'overwrite', folder);
    expect(read('success.json')).toBe('as it is now');
    expect(readdirSync(join(folder, 'customsDeclaration'))).toHaveLength(2);
  });

  it('writes beside what is there, again and again', () => {
    keepHistory(success, 'second', 'beside', folder);
    keepHistory(success, 'third', 'beside', folder);
    expect([read('success.json'), read('success.2.json'), read('success.3.json')]).toEqual([
      'as it was',
      'second',
      'third',
    ]);
  });

  it('lists every version of an ending under its name', () => {
    keepHistory(success, 'second', 'beside', folder);
    expect(goldenHistories(folder)).toEqual([
      { name: 'customsDeclaration/success', flow: 'customsDeclaration', ending: 'success', text: 'as it was' },
      {
        name: 'customsDeclaration/success-at-once',
        flow: 'customsDeclaration',
        ending: 'success-at-once',
        text: 'another',
      },
      { name: 'customsDeclaration/success.2', flow: 'customsDeclaration', ending: 'success', text: 'second' },
    ]);
  });
});
