// Stands in for @cdktf/hcl2cdk in cdktf-cli, which loads it at the start of every command though only `convert`, `import`
// and `init` use it: a third of the time of `cdktf synth`. See docs/decisions/0012-load-the-converter-late.md.
'use strict';

const NAMES = [
  'CODE_MARKER',
  'attributeNameToCdktfName',
  'convert',
  'convertProject',
  'convertToTypescript',
  'getParsedHcl',
  'getTerraformConfigFromDir',
  'isRegistryModule',
  'parseProviderRequirements',
];

Object.defineProperty(exports, '__esModule', { value: true });
for (const name of NAMES) {
  Object.defineProperty(exports, name, { enumerable: true, get: () => require('hcl2cdk')[name] });
}
