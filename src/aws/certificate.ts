import { AcmCertificate } from '@cdktf/provider-aws/lib/acm-certificate';
import { AcmCertificateValidation } from '@cdktf/provider-aws/lib/acm-certificate-validation';
import { DataAwsRoute53Zone } from '@cdktf/provider-aws/lib/data-aws-route53-zone';
import { Route53Record } from '@cdktf/provider-aws/lib/route53-record';
import { Fn } from 'cdktf';
import { Construct } from 'constructs';
import type { LoadBalancer } from './load-balancer';

export interface CertificateProps {
  /** The name that browsers type: `app.example.com`. */
  readonly domainName: string;

  /** The hosted zone that holds it: `example.com`. */
  readonly zoneName: string;
}

/** A public certificate for one name, proven by Route 53, and the name itself. */
export class Certificate extends Construct {
  /** Known when the certificate is valid. */
  public readonly arn: string;
  private readonly zoneId: string;

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: CertificateProps,
  ) {
    super(scope, id);
    const zone = new DataAwsRoute53Zone(this, 'Zone', { name: props.zoneName, privateZone: false });
    const certificate = new AcmCertificate(this, 'Certificate', {
      domainName: props.domainName,
      validationMethod: 'DNS',
      lifecycle: { createBeforeDestroy: true },
    });
    // One name asks for one proof.
    const proof = Fn.tolist(certificate.domainValidationOptions.fqn);
    const field = (name: string): string => Fn.lookup(Fn.element(proof, 0), name) as string;
    const record = new Route53Record(this, 'Proof', {
      zoneId: zone.zoneId,
      name: field('resource_record_name'),
      type: field('resource_record_type'),
      records: [field('resource_record_value')],
      ttl: 300,
      allowOverwrite: true,
    });
    this.arn = new AcmCertificateValidation(this, 'Valid', {
      certificateArn: certificate.arn,
      validationRecordFqdns: [record.fqdn],
    }).certificateArn;
    this.zoneId = zone.zoneId;
  }

  /** Points the name at `balancer`, for IPv4 and IPv6. */
  public pointAt(balancer: LoadBalancer): void {
    for (const type of ['A', 'AAAA']) {
      new Route53Record(this, `Alias${type}`, {
        zoneId: this.zoneId,
        name: this.props.domainName,
        type,
        alias: { name: balancer.host, zoneId: balancer.zoneId, evaluateTargetHealth: true },
      });
    }
  }
}
