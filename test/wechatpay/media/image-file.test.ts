import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { readImageFile } from '../../../src/wechatpay/media/image-file';
import { png } from './pictures';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'image-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'a.png'), png);
});

describe('an image file', () => {
  it('is read by its path, or by its name in a folder', async () => {
    expect(await readImageFile(join(folder, 'a.png'))).toEqual(png);
    expect(await readImageFile('a.png', folder)).toEqual(png);
    expect(await readImageFile(join(folder, 'a.png'), `${folder}/`)).toEqual(png);
  });

  it('is read through links that stay inside, as mounted volumes have them', async () => {
    await mkdir(join(folder, '..2024'));
    await writeFile(join(folder, '..2024', 'b.png'), png);
    await symlink('..2024', join(folder, '..data'));
    await symlink('..data/b.png', join(folder, 'b.png'));
    expect(await readImageFile(join(folder, 'b.png'))).toEqual(png);
  });

  it('is read when the folder itself is a link', async () => {
    await symlink(folder, `${folder}-link`);
    onTestFinished(() => rm(`${folder}-link`));
    expect(await readImageFile(join(`${folder}-link`, 'a.png'))).toEqual(png);
  });

  it('is not in a folder whose name only begins the same', async () => {
    await mkdir(`${folder}-more`);
    onTestFinished(() => rm(`${folder}-more`, { recursive: true }));
    await writeFile(join(`${folder}-more`, 'a.png'), png);
    await expect(readImageFile(join(`${folder}-more`, 'a.png'), folder)).rejects.toMatchObject({
      problems: [{ code: 'outside-folder' }],
    });
  });

  it('shows the end of a long path', async () => {
    const path = join(folder, 'x'.repeat(40), 'b.png');
    await expect(readImageFile(path)).rejects.toMatchObject({
      problems: [{ got: `no file at "…${path.slice(-31)}"` }],
    });
  });

  // A file of the system states 4096 bytes and gives fewer, like one that is cut off between the two looks at it.
  it.runIf(process.platform === 'linux')('is refused when it is not as long as it was a moment ago', async () => {
    await expect(readImageFile('/sys/devices/system/cpu/online')).rejects.toMatchObject({
      problems: [{ code: 'changed', path: '$.path', expected: 'a file that nobody writes' }],
    });
  });
});
