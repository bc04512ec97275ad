import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { Wafv2WebAcl } from '@cdktf/provider-aws/lib/wafv2-web-acl';
import { Wafv2WebAclAssociation } from '@cdktf/provider-aws/lib/wafv2-web-acl-association';
import { Wafv2WebAclLoggingConfiguration } from '@cdktf/provider-aws/lib/wafv2-web-acl-logging-configuration';
import { Construct } from 'constructs';
import type { EncryptionKey } from './encryption-key';
import type { LoadBalancer } from './load-balancer';

/** What a firewall blocks, by a short name. */
export type FirewallRule = 'common' | 'known-bad-inputs' | 'sqli' | 'rate-limit';

export interface FirewallProps {
  readonly name: string;
  readonly balancer: LoadBalancer;

  /** Requests that one address may send in five minutes. */
  readonly requestsPerFiveMinutes: number;
  readonly logs: { readonly retentionDays: number; readonly key: EncryptionKey };

  /** Rules that only count what they would block. @default - all block */
  readonly countOnly?: readonly FirewallRule[];
}

/** AWS's managed rule groups, in the order in which they are asked. */
const MANAGED: readonly { rule: FirewallRule; group: string }[] = [
  { rule: 'common', group: 'AWSManagedRulesCommonRuleSet' },
  { rule: 'known-bad-inputs', group: 'AWSManagedRulesKnownBadInputsRuleSet' },
  { rule: 'sqli', group: 'AWSManagedRulesSQLiRuleSet' },
];

/** A web application firewall in front of a load balancer. */
export class Firewall extends Construct {
  public constructor(scope: Construct, id: string, props: FirewallProps) {
    super(scope, id);
    const { countOnly = [] } = props;
    const visibility = (metric: string): Record<string, unknown> => ({
      cloudwatch_metrics_enabled: true,
      metric_name: `${props.name}-${metric}`,
      sampled_requests_enabled: true,
    });
    const rateLimit = {
      name: 'rate-limit',
      priority: 0,
      action: countOnly.includes('rate-limit') ? { count: {} } : { block: {} },
      statement: { rate_based_statement: { limit: props.requestsPerFiveMinutes, aggregate_key_type: 'IP' } },
      visibility_config: visibility('rate-limit'),
    };
    const managed = MANAGED.map(({ rule, group }, index) => ({
      name: rule,
      priority: index + 1,
      override_action: countOnly.includes(rule) ? { count: {} } : { none: {} },
      statement: { managed_rule_group_statement: { name: group, vendor_name: 'AWS' } },
      visibility_config: visibility(rule),
    }));

    const acl = new Wafv2WebAcl(this, 'Acl', {
      name: props.name,
      description: 'AWS managed rules and a rate limit',
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: { cloudwatchMetricsEnabled: true, metricName: props.name, sampledRequestsEnabled: true },
    });
    // The binding types a rule's statement as `any` and leaves its keys in snake case: written as such, typed above.
    // https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/wafv2_web_acl
    acl.addOverride('rule', [rateLimit, ...managed]);
    new Wafv2WebAclAssociation(this, 'Association', { resourceArn: props.balancer.arn, webAclArn: acl.arn });

    const logs = new CloudwatchLogGroup(this, 'Logs', {
      // The prefix is WAF's rule.
      name: `aws-waf-logs-${props.name}`,
      retentionInDays: props.logs.retentionDays,
      kmsKeyId: props.logs.key.arn,
    });
    new Wafv2WebAclLoggingConfiguration(this, 'Logging', {
      resourceArn: acl.arn,
      logDestinationConfigs: [logs.arn],
      redactedFields: [{ singleHeader: { name: 'authorization' } }, { singleHeader: { name: 'cookie' } }],
    });
  }
}
