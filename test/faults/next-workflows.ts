import { patched, sleep } from '@temporalio/workflow';
import type { CustomsDeclarationInput, CustomsResult } from '../../src/interface';
import { customsDeclaration as declared } from '../../src/workflows';

/** The workflows of a next release, which does something new at the end of a declaration, as Temporal demands it. */
export * from '../../src/workflows';

export async function customsDeclaration(input: CustomsDeclarationInput): Promise<CustomsResult> {
  const result = await declared(input);
  if (patched('one-more-step')) await sleep(1);
  return result;
}
