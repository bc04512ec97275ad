import { AcmCertificate } from '@cdktf/provider-aws/lib/acm-certificate';
import { Route53Record } from '@cdktf/provider-aws/lib/route53-record';
import { describe, expect, test } from 'vitest';
import { Certificate } from '../../src/aws/certificate';
import { balancerIn } from '../support/fixtures';
import { Synthesized } from '../support/synth';

function certificate(): Synthesized {
  return Synthesized.scope((scope) => {
    const built = new Certificate(scope, 'Certificate', { domainName: 'app.example.com', zoneName: 'example.com' });
    built.pointAt(balancerIn(scope, { certificateArn: built.arn }));
  });
}

describe('Certificate', () => {
  test('is proven by a record in its zone', () => {
    const built = certificate();
    expect(built.only(AcmCertificate)).toMatchObject({
      domain_name: 'app.example.com',
      validation_method: 'DNS',
      lifecycle: { create_before_destroy: true },
    });
    expect(built.one(Route53Record, 'Certificate_Proof')).toMatchObject({
      name: expect.stringContaining('resource_record_name') as string,
      zone_id: expect.stringContaining('data.aws_route53_zone') as string,
    });
  });

  test.each(['A', 'AAAA'])('points the name at the balancer by an alias of type %s', (type) => {
    expect(certificate().one(Route53Record, `Certificate_Alias${type}_`)).toMatchObject({
      name: 'app.example.com',
      type,
      alias: { evaluate_target_health: true, name: expect.stringContaining('aws_lb.Entry') as string },
    });
  });
});
