import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { InvalidInputError } from '../errors';
import type { Complaint } from '../validation';
import { describeValue } from '../validation';
import { MAX_IMAGE_BYTES, sizeComplaint } from './image';

/**
 * Bytes of an image file. The folder it has to be in, `folder`, is the one its path names unless it is given; a
 * symbolic link that leads out of it is refused, whoever made it.
 *
 * @throws {InvalidInputError} with path `$.path`, for a file that is missing, no file, outside, unreadable, empty or
 *   too large
 */
export async function readImageFile(path: string, folder?: string): Promise<Buffer> {
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    throw problem({ code: 'type', expected: 'the path of a file', got: describeValue(path), remedy: 'Give a path.' });
  }
  const wanted = folder === undefined ? resolve(path) : resolve(folder, path);
  try {
    const file = await realpath(wanted);
    const home = await realpath(folder ?? dirname(wanted));
    if (!file.startsWith(home.endsWith(sep) ? home : home + sep)) throw outside(path);
    // A pipe must not keep us waiting, and a link put here in the meantime must not lead away.
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      return await readWhole(handle, path);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw error instanceof InvalidInputError ? error : unreadable(error, path);
  }
}

async function readWhole(handle: FileHandle, path: string): Promise<Buffer> {
  const before = await handle.stat();
  if (!before.isFile()) {
    throw problem({
      code: 'not-a-file',
      expected: 'a file',
      got: `${before.isDirectory() ? 'a folder' : 'a device or pipe'}: ${shown(path)}`,
      remedy: 'Give the path of the image itself.',
    });
  }
  const wrongSize = sizeComplaint(before.size);
  if (wrongSize !== undefined) throw problem(wrongSize);
  const content = Buffer.alloc(Math.min(before.size, MAX_IMAGE_BYTES) + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await handle.read(content, length, content.length - length);
    length += bytesRead;
    if (bytesRead === 0 || length === content.length) break;
  }
  const after = await handle.stat();
  if (length !== before.size || after.size !== before.size || after.mtimeMs !== before.mtimeMs) {
    throw problem({
      code: 'changed',
      expected: 'a file that nobody writes',
      got: `a file that changed while it was read: ${shown(path)}`,
      remedy: 'Upload it when it is complete.',
    });
  }
  return content.subarray(0, length);
}

function unreadable(error: unknown, path: string): InvalidInputError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return problem({
      code: 'missing-file',
      expected: 'a file that is there',
      got: `no file at ${shown(path)}`,
      remedy: 'Check the path; a relative one begins at the working directory.',
    });
  }
  return problem({
    code: 'unreadable',
    expected: 'a file that can be read',
    got: `${code}: ${shown(path)}`,
    remedy: 'Let the account of this process read the file and its folders.',
  });
}

function outside(path: string): InvalidInputError {
  return problem({
    code: 'outside-folder',
    expected: 'a file inside its folder',
    got: `a way out of it: ${shown(path)}`,
    remedy: 'Put the file itself there, or name the folder it may be in.',
  });
}

/** The end of a path tells more than its beginning. */
function shown(path: string): string {
  return JSON.stringify(path.length > 32 ? `…${path.slice(-31)}` : path);
}

function problem(complaint: Complaint): InvalidInputError {
  return new InvalidInputError('image file', [{ path: '$.path', ...complaint }]);
}
