import { workflowInfo } from '@temporalio/workflow';
import type { Problem } from '../wechatpay/errors';
import { optionProblems } from '../interface';
import type { OPTION_RULES, ProcessIdentity } from '../interface';
import { invalidInput } from './failures';

/** What a workflow's input must look like before anything is scheduled. The first activity validates the rest. */
interface Shape<Input> {
  /** Whose options it takes; undefined: none. */
  readonly flow?: keyof typeof OPTION_RULES;
  readonly subject: string;
  /** The part that holds the business key; undefined when the input itself holds it. */
  readonly part?: keyof Input & string;
  /** Text fields of `part` that the workflow id is made of. */
  readonly keys: readonly string[];
  /** Fields beside `part` and `options`, and what is wrong with each. */
  readonly beside?: Readonly<Record<string, (value: unknown, path: string) => readonly Problem[]>>;
  readonly identity: (input: Input) => ProcessIdentity;
}

/**
 * Checks shape, durations and that the workflow id is the one its input demands. An input typed into the Temporal CLI or
 * UI gets the same words as one given to the client.
 */
export function guard<Input>(input: Input, shape: Shape<Input>): ProcessIdentity {
  const problems = shapeProblems(input, shape as Shape<unknown>);
  if (problems.length === 0) {
    const { workflowId } = workflowInfo();
    const identity = identityOrProblem(() => shape.identity(input));
    if ('problem' in identity) problems.push(identity.problem);
    else if (workflowId === identity.workflowId) return identity;
    else {
      problems.push({
        code: 'workflow-id',
        path: '$',
        expected: `the workflow id ${identity.workflowId}`,
        got: workflowId.slice(0, 200),
        remedy: 'Start it under that id: it keeps one business key to one effect.',
      });
    }
  }
  throw invalidInput(shape.subject, problems);
}

/** Half a character cannot be part of an id; an exception would leave the workflow hanging. */
function identityOrProblem(identity: () => ProcessIdentity): ProcessIdentity | { readonly problem: Problem } {
  try {
    return identity();
  } catch {
    const expected = 'whole Unicode characters in the numbers that make the workflow id';
    return { problem: { code: 'characters', path: '$', expected, remedy: 'Write them anew.' } };
  }
}

/** No number of WeChat Pay is longer; ids and search attributes have a limit. */
const LONGEST = 500;

/** For {@link Shape.beside} and the parts of the id: text that is not empty. */
export function needsText(value: unknown, path: string): readonly Problem[] {
  if (typeof value === 'string' && value !== '' && value.length <= LONGEST) return [];
  return [{ code: 'required', path, expected: `text of at most ${LONGEST} characters`, remedy: 'Give it.' }];
}

function shapeProblems(input: unknown, { flow, part, keys, beside = {} }: Shape<unknown>): Problem[] {
  if (!isRecord(input)) return [notAnObject('$', input)];
  const holder = part === undefined ? input : input[part];
  const path = part === undefined ? '$' : `$.${String(part)}`;
  const problems: Problem[] = flow === undefined ? [] : optionProblems(flow, input['options']);
  if (part !== undefined) {
    const allowed = [part, 'options', ...Object.keys(beside)];
    for (const name of Object.keys(input).filter((name) => !allowed.includes(name as never))) {
      problems.push({
        code: 'unknown-field',
        path: `$.${name.slice(0, 64)}`,
        expected: `one of ${allowed.join(', ')}`,
        remedy: 'Check the spelling.',
      });
    }
  }
  for (const [name, problemsOf] of Object.entries(beside)) problems.push(...problemsOf(input[name], `$.${name}`));
  if (!isRecord(holder)) return [...problems, notAnObject(path, holder)];
  for (const key of keys) {
    problems.push(...needsText(holder[key], `${path}.${key}`));
  }
  return problems;
}

function notAnObject(path: string, value: unknown): Problem {
  const got = value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value;
  return { code: 'shape', path, expected: 'an object', got, remedy: 'Pass one JSON object.' };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
