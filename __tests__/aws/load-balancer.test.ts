import { Lb } from '@cdktf/provider-aws/lib/lb';
import { LbListener } from '@cdktf/provider-aws/lib/lb-listener';
import { LbTargetGroup } from '@cdktf/provider-aws/lib/lb-target-group';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { describe, expect, test } from 'vitest';
import type { LoadBalancerProps } from '../../src/aws/load-balancer';
import { balancerIn } from '../support/fixtures';
import { Synthesized } from '../support/synth';

function balancer(overrides: Partial<LoadBalancerProps> = {}): Synthesized {
  return Synthesized.scope((scope) => {
    balancerIn(scope, overrides);
  });
}

const certificateArn = 'arn:aws:acm:eu-west-1:123456789012:certificate/1';

describe('LoadBalancer', () => {
  test('drops invalid headers, is strict about ambiguous requests and refuses deletion', () => {
    expect(balancer().only(Lb)).toMatchObject({
      drop_invalid_header_fields: true,
      desync_mitigation_mode: 'strictest',
      enable_deletion_protection: true,
    });
    expect(balancer({ deletionProtection: false }).only(Lb)).toMatchObject({ enable_deletion_protection: false });
  });

  test('writes access logs under its name where there is a bucket', () => {
    expect(balancer({ accessLogs: { bucket: 'logs' } }).only(Lb)).toMatchObject({
      access_logs: { bucket: 'logs', prefix: 'shop-web', enabled: true },
    });
    expect(balancer().only(Lb)).not.toHaveProperty('access_logs');
  });

  test('admits the world when it is public, and nobody when it is internal', () => {
    expect(balancer().only(VpcSecurityGroupIngressRule)).toMatchObject({ cidr_ipv4: '0.0.0.0/0', from_port: 80 });
    expect(balancer({ reach: 'internal' }).all(VpcSecurityGroupIngressRule)).toEqual([]);
    expect(balancer({ reach: 'internal' }).only(Lb)).toMatchObject({ internal: true });
  });

  test('without a certificate forwards HTTP', () => {
    expect(balancer().only(LbListener)).toMatchObject({
      port: 80,
      protocol: 'HTTP',
      default_action: [{ type: 'forward' }],
    });
  });

  test('with a certificate serves TLS 1.2 and 1.3 with HSTS on 443 and redirects everyone there', () => {
    const built = balancer({ certificateArn });
    expect(built.one(LbListener, 'Entry_Https')).toMatchObject({
      port: 443,
      protocol: 'HTTPS',
      ssl_policy: 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06',
      certificate_arn: certificateArn,
      routing_http_response_strict_transport_security_header_value: 'max-age=31536000; includeSubDomains',
    });
    expect(built.one(LbListener, 'Entry_Http_')).toMatchObject({
      port: 80,
      default_action: [{ type: 'redirect', redirect: { port: '443', protocol: 'HTTPS', status_code: 'HTTP_301' } }],
    });
    expect(built.all(VpcSecurityGroupIngressRule).map(({ from_port }) => from_port)).toEqual([80, 443]);
  });

  test('replaces its targets before the old ones go', () => {
    expect(balancer().only(LbTargetGroup)).toMatchObject({
      name_prefix: 'pe-',
      lifecycle: { create_before_destroy: true },
      health_check: { path: '/health', matcher: '200' },
    });
  });

  test('refuses a name that AWS refuses', () => {
    const name = 'n'.repeat(33);
    expect(() => balancer({ name })).toThrow(`name must have at most 32 characters, got "${name}" (33)`);
  });

  test('says where browsers find it', () => {
    const urls: string[] = [];
    Synthesized.scope((scope) => urls.push(balancerIn(scope).url));
    Synthesized.scope((scope) => urls.push(balancerIn(scope, { port: 4000 }).url));
    expect(urls).toEqual([
      expect.stringMatching(/^http:\/\/\$\{TfToken\[[^\]]+\]\}$/),
      expect.stringMatching(/:4000$/),
    ]);
  });
});
