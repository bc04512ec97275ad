import { VpcEndpoint } from '@cdktf/provider-aws/lib/vpc-endpoint';
import { Construct } from 'constructs';
import type { Network } from './network';
import { SecurityGroup } from './security-group';

export interface VpcEndpointsProps {
  readonly name: string;
  readonly region: string;
  readonly network: Network;

  /** AWS services by their endpoint's name, such as `ecr.api`; each costs by the hour and zone. */
  readonly interfaces: readonly string[];
}

/** Where HTTPS to AWS services goes when it does not leave the VPC. */
export interface PrivateWay {
  /** The group of the interfaces. */
  readonly securityGroupId: string;

  /** The addresses of S3, which hold the layers of ECR's images. */
  readonly s3PrefixListId: string;
}

/** Ways to AWS services that do not leave the VPC: S3's free gateway, and interfaces where they are asked for. */
export class VpcEndpoints extends Construct {
  /** Undefined where there are no interfaces. */
  public readonly way: PrivateWay | undefined;

  public constructor(scope: Construct, id: string, props: VpcEndpointsProps) {
    super(scope, id);
    const { network, region } = props;
    const s3 = new VpcEndpoint(this, 'S3', {
      vpcId: network.vpcId,
      serviceName: `com.amazonaws.${region}.s3`,
      vpcEndpointType: 'Gateway',
      routeTableIds: network.privateRouteTableIds,
      tags: { Name: `${props.name}-s3` },
    });
    if (props.interfaces.length === 0) return;

    const group = new SecurityGroup(this, 'SecurityGroup', {
      name: `${props.name}-endpoints`,
      vpcId: network.vpcId,
      description: 'interface endpoints of AWS services',
    });
    network.privateSubnets.cidrs.forEach((cidr, index) => {
      group.allowFromNetwork(`FromPrivate${index + 1}`, 443, cidr, `HTTPS from private subnet ${index + 1}`);
    });
    for (const service of props.interfaces) {
      new VpcEndpoint(this, service, {
        vpcId: network.vpcId,
        serviceName: `com.amazonaws.${region}.${service}`,
        vpcEndpointType: 'Interface',
        privateDnsEnabled: true,
        subnetIds: network.privateSubnets.subnetIds,
        securityGroupIds: [group.groupId],
        tags: { Name: `${props.name}-${service}` },
      });
    }
    this.way = { securityGroupId: group.groupId, s3PrefixListId: s3.prefixListId };
  }
}
