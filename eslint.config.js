import tseslint from 'typescript-eslint';

const providerRoots = ['@cdktf/provider-aws', '@cdktf/provider-datadog', '@cdktf/provider-docker'].map((name) => ({
  name,
  message: `The package root costs seconds to load: import '${name}/lib/<resource>'.`,
}));
const noConfig = {
  group: ['**/config/*'],
  message: 'Constructs take plain props: only stacks see config.',
};
const noEnvironmentVariables = {
  selector: 'MemberExpression[object.name="process"][property.name="env"]',
  message: 'Only main.ts and the command-line entry points read process.env.',
};

export default tseslint.config(
  {
    ignores: [
      'node_modules',
      'cdktf.out',
      '.cloudpe',
      'coverage',
      'bench/peer',
      'images',
      'scripts/*.mjs',
      'scripts/hcl2cdk',
      '*.config.js',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-template-curly-in-string': 'error',
      'no-restricted-imports': ['error', { paths: providerRoots }],
      'no-restricted-syntax': ['error', noEnvironmentVariables],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // CDKTF resources register themselves with their scope: `new Vpc(this, …)` alone is the idiom.
      'no-new': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
    },
  },
  {
    files: ['src/aws/**', 'src/datadog/**', 'src/images/**'],
    rules: { 'no-restricted-imports': ['error', { paths: providerRoots, patterns: [noConfig] }] },
  },
  {
    // The edges: entry points read the environment, tests imitate it.
    files: ['main.ts', 'scripts/**', 'bench/**', '__tests__/**', 'src/*/cli.ts', 'vitest.config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
