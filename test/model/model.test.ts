import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/* That the models hold, and that each switch is found, is what `npm run model` itself shows. */

const MODELS = ['submission', 'acknowledgement'];

function model(args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  return spawnSync(process.execPath, [join('scripts', 'model.mjs'), ...args], { encoding: 'utf8', env });
}

describe('npm run model', () => {
  it('answers to options with its usage and 2', () => {
    const { status, stdout, stderr } = model(['--only', 'submission']);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: npm run model');
  });

  it('says how to get the model checker where there is none', () => {
    const path = mkdtempSync(join(tmpdir(), 'no-spin-'));
    symlinkSync(process.execPath, join(path, 'node'));
    const { status, stderr } = model([], { ...process.env, PATH: path });
    expect(status).toBe(1);
    expect(stderr).toContain('spin is missing. Install it (Debian: apt-get install spin gcc).');
  });
});

describe.each(MODELS)('the model %s', (name) => {
  const text = readFileSync(join('test', 'model', `${name}.pml`), 'utf8');
  const listed = [...text.matchAll(/^ \* {3}([A-Z_]+) {2,}\S/gm)].map(([, rule]) => rule);
  const used = new Set([...text.matchAll(/^#ifn?def ([A-Z_]+)/gm)].map(([, rule]) => rule));

  it('has a line in its head for every switch, which is where the command finds them', () => {
    expect(listed.length).toBeGreaterThan(5);
    expect(new Set(listed)).toEqual(used);
    expect(listed).toHaveLength(used.size);
  });

  it('has every switch beside its rule on the page', () => {
    const page = readFileSync(join('docs', 'reference', 'model.md'), 'utf8');
    for (const rule of listed) expect(page).toContain(`\`${rule}\``);
  });
});
