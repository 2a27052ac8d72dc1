// Prints the tests of a run that failed or were skipped, each with what it said: npx tsx .ci/failures.ts SUITE REPORT.json
import { readFileSync } from 'node:fs';

type Assertion = { status: string; fullName: string; failureMessages: string[] };
type Report = { testResults: { name: string; message: string; assertionResults: Assertion[] }[] };

const [suite, report] = process.argv.slice(2);
if (suite === undefined || report === undefined) throw new Error('Tell the suite and its report.');
const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report;
for (const file of testResults) {
  if (file.message !== '') console.log(`FAILED: ${suite}: ${file.name}\n${file.message}`);
  for (const test of file.assertionResults.filter((each) => each.status !== 'passed')) {
    console.log(`${test.status.toUpperCase()}: ${suite}: ${file.name}: ${test.fullName}`);
    for (const message of test.failureMessages) console.log(message.slice(0, 2000));
  }
}
