import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { Wafv2WebAcl } from '@cdktf/provider-aws/lib/wafv2-web-acl';
import { Wafv2WebAclLoggingConfiguration } from '@cdktf/provider-aws/lib/wafv2-web-acl-logging-configuration';
import { describe, expect, test } from 'vitest';
import { Firewall, type FirewallProps } from '../../src/aws/firewall';
import { balancerIn, keyIn } from '../support/fixtures';
import { Synthesized } from '../support/synth';

function firewall(overrides: Partial<FirewallProps> = {}): Synthesized {
  return Synthesized.scope((scope) => {
    new Firewall(scope, 'Firewall', {
      name: 'shop',
      balancer: balancerIn(scope),
      requestsPerFiveMinutes: 500,
      logs: { retentionDays: 30, key: keyIn(scope) },
      ...overrides,
    });
  });
}

describe('Firewall', () => {
  test('limits the rate and asks AWS’s common, known-bad-inputs and SQL injection rules', () => {
    expect(firewall().only(Wafv2WebAcl).rule).toMatchObject([
      { name: 'rate-limit', action: { block: {} }, statement: { rate_based_statement: { limit: 500 } } },
      { name: 'common', override_action: { none: {} } },
      { name: 'known-bad-inputs', override_action: { none: {} } },
      { name: 'sqli', override_action: { none: {} } },
    ]);
  });

  test('only counts what it is told to count', () => {
    expect(firewall({ countOnly: ['rate-limit', 'sqli'] }).only(Wafv2WebAcl).rule).toMatchObject([
      { name: 'rate-limit', action: { count: {} } },
      { name: 'common', override_action: { none: {} } },
      { name: 'known-bad-inputs', override_action: { none: {} } },
      { name: 'sqli', override_action: { count: {} } },
    ]);
  });

  test('logs under the prefix that WAF demands, without credentials', () => {
    const built = firewall();
    expect(built.only(CloudwatchLogGroup)).toMatchObject({ name: 'aws-waf-logs-shop', retention_in_days: 30 });
    expect(built.only(Wafv2WebAclLoggingConfiguration).redacted_fields).toEqual([
      { single_header: { name: 'authorization' } },
      { single_header: { name: 'cookie' } },
    ]);
  });
});
