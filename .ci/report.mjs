// The sums of a test run from vitest's JSON: `node .ci/report.mjs FIRST [SECOND]`. SECOND is another run of the files that
// failed in FIRST; where both know a file, SECOND counts. Prints `passed failed skipped`, then a line for each test that
// failed in the end, and one for each that failed at first only: those are to be looked into, and never silent.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const [first, second] = process.argv.slice(2).map(filesOf);
const last = new Map([...first, ...(second ?? [])]);
const tests = [...last.values()].flatMap(({ assertionResults }) => assertionResults);
const failed = [...last.values()].flatMap(failuresOf);
const unsteady = [...first.values()].flatMap(failuresOf).filter((one) => !failed.some((other) => isSame(one, other)));

const passed = tests.filter(({ status }) => status === 'passed').length;
const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed').length;
console.log(passed, failed.length, skipped);
for (const failure of failed) console.log(`FAILED: ${told(failure)}`);
for (const failure of unsteady) console.log(`UNSTEADY (failed, then passed alone): ${told(failure)}`);

function filesOf(path) {
  return new Map(JSON.parse(readFileSync(path, 'utf8')).testResults.map((file) => [file.name, file]));
}

/** A file that could not even be loaded, or prepared, has no test that failed, and counts as one. */
function failuresOf({ name, status, message, assertionResults }) {
  if (status !== 'failed') return [];
  const failures = assertionResults.filter((test) => test.status === 'failed');
  if (failures.length === 0) return [{ file: name, test: '(the file)', messages: [message] }];
  return failures.map(({ fullName, failureMessages }) => ({ file: name, test: fullName, messages: failureMessages }));
}

function isSame(one, other) {
  return one.file === other.file && one.test === other.test;
}

function told({ file, test, messages }) {
  return `${relative(process.cwd(), file)}: ${test}\n${messages.join('\n').slice(0, 600)}`;
}
