import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

const SCHEMAS = /@aws-sdk[\\/]client-([\w-]+)[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/;

/** `{ [_e]: "client" }` → `{ "error": "client" }`, where the file says `const _e = "error";`. */
const withoutComputedKeys = (code: string): string => {
  const values = new Map(
    [...code.matchAll(/^const (_\w+) = (".*");$/gm)].map(([, name, text]) => [name, text]),
  );
  return code.replace(/\[(_\w+)\]:/g, (whole, name) => {
    const text = values.get(name);
    return text === undefined ? whole : `${text}:`;
  });
};

/** Without its class, an error comes as the service's general one; `name` and `message` are the same. */
const withoutErrorClasses = (code: string): string => code.replace(/^n0_registry\.registerError\(.*$/gm, '');

/**
 * Every AWS client describes all operations of its service in one module. A description with a computed key might do
 * something, so a bundler keeps it, and with it all that it mentions; hence the first change. The second is for SSM, whose
 * 140 classes of errors are three times as large as what is used of it. Together a sixth of the bundles.
 */
export const slimSdkSchemas: Plugin = {
  name: 'slim-sdk-schemas',
  setup({ onLoad }) {
    onLoad({ filter: SCHEMAS }, async ({ path }) => {
      const code = withoutComputedKeys(await readFile(path, 'utf8'));
      return { contents: SCHEMAS.exec(path)?.[1] === 'ssm' ? withoutErrorClasses(code) : code, loader: 'js' };
    });
  },
};
