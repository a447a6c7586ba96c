/**
 * `npm run package`: the CloudFormation template and the zip of each function, in `.serverless/`, from what
 * `npm run build` made. Needs no AWS account. `npm run deploy` is the same with `--deploy`: it goes on to AWS.
 */

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readOptions } from '../local/parse-options.ts';
import { blamedParameters, stackFaults, unknownParameters } from './stack-faults.ts';

const PRODUCT = '.serverless';
const TEMPLATE = `${PRODUCT}/cloudformation-template-update-stack.json`;
/** The framework names the folder to upload to after the current time. */
const UPLOAD_FOLDER = /\/\d+-\d{4}-\d\d-\d\dT[\d:.]+Z\//g;

const { values } = readOptions({
  about: `Makes the CloudFormation template and the zips of the functions, or deploys them.

  npm run package -- --stage dev --param="maxDeletes=100"
  npm run deploy -- --stage prod --region eu-west-1`,
  options: {
    deploy: { type: 'flag', help: 'go on to AWS, as npm run deploy does' },
    stage: { type: 'text', value: 'NAME', default: 'prod', help: 'what to deploy' },
    region: {
      type: 'text',
      value: 'NAME',
      help: 'where; default: AWS_REGION, AWS_DEFAULT_REGION or us-east-1',
    },
    param: {
      type: 'text',
      value: 'NAME=VALUE',
      multiple: true,
      help: 'a parameter of serverless.yml, for this deployment only; may be repeated',
    },
    'aws-profile': {
      type: 'text',
      value: 'NAME',
      help: 'whose credentials; default: as the AWS CLI finds them',
    },
    verbose: { type: 'flag', help: 'show what CloudFormation does' },
  },
});

/** For the Serverless Framework, which has the same options. */
const passedOn = [
  `--stage=${values.stage}`,
  ...(values.region === undefined ? [] : [`--region=${values.region}`]),
  ...values.param.map((param) => `--param=${param}`),
  ...(values['aws-profile'] === undefined ? [] : [`--aws-profile=${values['aws-profile']}`]),
  ...(values.verbose ? ['--verbose'] : []),
];

const stackTexts = ['serverless.yml', ...readdirSync('stack').map((name) => `stack/${name}`)].map((name) =>
  readFileSync(name, 'utf8'),
);

const refuse = (faults: readonly string[]): void => {
  if (faults.length === 0) return;
  rmSync(PRODUCT, { recursive: true, force: true });
  console.error(`These parameters make no stack:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  console.error('They are listed, with their defaults, at the top of serverless.yml.');
  process.exit(1);
};

const framework = (command: readonly string[], stdout: 'pipe' | 'inherit'): string => {
  const program = fileURLToPath(import.meta.resolve('osls/bin/serverless.js'));
  const ended = spawnSync(process.execPath, [program, ...command, ...passedOn], {
    stdio: ['inherit', stdout, 'inherit'],
    encoding: 'utf8',
  });
  if (ended.status !== 0) process.exitCode = ended.status ?? 1;
  return ended.stdout ?? '';
};

/** The framework names the place of a faulty value in its own file; the parameter that put it there is named beside. */
const packageStack = (): void => {
  const said = framework(['package'], 'pipe');
  process.stdout.write(said);
  if (process.exitCode === undefined) return;
  rmSync(PRODUCT, { recursive: true, force: true });
  for (const name of blamedParameters(said, stackTexts))
    console.error(`${name}: is the parameter that does not fit there`);
  process.exit();
};

/**
 * Makes the product the same whenever it is made: the time in the folder's name is replaced, and files that only an upload
 * needs are removed. Nothing may be deployed from it, because AWS takes new code only from a new folder.
 */
const pin = (): void => {
  const template = readFileSync(TEMPLATE, 'utf8');
  writeFileSync(TEMPLATE, template.replace(UPLOAD_FOLDER, '/0-1970-01-01T00:00:00.000Z/'));
  rmSync(`${PRODUCT}/cloudformation-template-create-stack.json`);
  rmSync(`${PRODUCT}/serverless-state.json`);
};

rmSync(PRODUCT, { recursive: true, force: true });
refuse(unknownParameters(values.param, stackTexts).map((name) => `${name}: there is no such parameter`));
packageStack();
refuse(stackFaults(JSON.parse(readFileSync(TEMPLATE, 'utf8'))));
if (values.deploy) framework(['deploy', '--package', PRODUCT], 'inherit');
else {
  pin();
  for (const name of readdirSync(PRODUCT).sort())
    console.error(`${PRODUCT}/${name}  ${statSync(`${PRODUCT}/${name}`).size} bytes`);
}
