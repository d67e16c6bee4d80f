import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { ValueProblem } from './errors';

const MAX_BYTES = 1024 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
  ELOOP: 'a loop of symbolic links',
  ENAMETOOLONG: 'a name that is too long',
};

/**
 * Reads a file that a variable names. Shows the name only if it can be nothing but a path: a common slip is to put
 * the key itself into the variable, and then the "name" is the secret.
 */
export function readConfiguredFile(name: string, folder: string | undefined): Buffer {
  const where = showName(name);
  if (/[\0\r\n]|-----BEGIN/.test(name)) {
    throw new ValueProblem('file', 'the name of a file', 'Write the key to a file and give its path.', 'its content');
  }
  const path = folder === undefined ? resolve(name) : resolve(folder, name);
  let content: Buffer;
  try {
    const stat = statSync(path);
    if (!stat.isFile()) {
      throw new ValueProblem('file', 'a file', 'Give the path of a file.', `${where}: not a regular file`);
    }
    if (stat.size > MAX_BYTES) {
      throw new ValueProblem('file', 'a file of at most 1 MiB', 'Check the path.', `${where}: ${stat.size} bytes`);
    }
    content = readFileSync(path);
  } catch (error) {
    if (error instanceof ValueProblem) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new ValueProblem(
      'file',
      'a readable file',
      'Check the path, and that the user of this process may read it.',
      `${where}: ${REASONS[code] ?? code}`,
    );
  }
  if (content.length === 0) {
    throw new ValueProblem('file', 'a file with content', 'Write the content to it.', `${where}: empty`);
  }
  return content;
}

function showName(name: string): string {
  return /^(\/|\.{1,2}\/)[\x20-\x7E]{1,200}$/.test(name) ? name : `a name of ${name.length} characters`;
}
