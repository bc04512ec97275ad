import { SecurityGroup as AwsSecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import {
  VpcSecurityGroupEgressRule,
  type VpcSecurityGroupEgressRuleConfig,
} from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { Construct } from 'constructs';

export interface SecurityGroupProps {
  readonly name: string;
  readonly vpcId: string;
  readonly description: string;
}

const ANYWHERE = '0.0.0.0/0';

/** A security group that admits nothing until a rule says so. */
export class SecurityGroup extends Construct {
  public readonly groupId: string;

  public constructor(scope: Construct, id: string, props: SecurityGroupProps) {
    super(scope, id);
    const group = new AwsSecurityGroup(this, 'Group', {
      // A prefix, because the new group must exist before the old one can go.
      namePrefix: `${props.name}-`,
      description: props.description,
      vpcId: props.vpcId,
      tags: { Name: props.name },
      lifecycle: { createBeforeDestroy: true },
    });
    this.groupId = group.id;
  }

  /** Opens `port` to the whole internet. */
  public allowFromAnywhere(id: string, port: number, description: string): void {
    this.ingress(id, { port, cidrIpv4: ANYWHERE, description });
  }

  /** Opens `port` to the addresses of `cidr`. */
  public allowFromNetwork(id: string, port: number, cidr: string, description: string): void {
    this.ingress(id, { port, cidrIpv4: cidr, description });
  }

  /** Lets members open connections to `port` of any address. */
  public allowToAnywhere(id: string, port: number, description: string): void {
    this.egress(id, { port, cidrIpv4: ANYWHERE, description });
  }

  /** Lets members open connections to `port` of the members of another group. */
  public allowToGroup(id: string, port: number, groupId: string, description: string): void {
    this.egress(id, { port, referencedSecurityGroupId: groupId, description });
  }

  /** Lets members open connections to `port` of the addresses in a list that AWS keeps. */
  public allowToPrefixList(id: string, port: number, prefixListId: string, description: string): void {
    this.egress(id, { port, prefixListId, description });
  }

  private egress(
    id: string,
    {
      port,
      ...rule
    }: { port: number; description: string } & Pick<
      VpcSecurityGroupEgressRuleConfig,
      'cidrIpv4' | 'referencedSecurityGroupId' | 'prefixListId'
    >,
  ): void {
    new VpcSecurityGroupEgressRule(this, id, {
      securityGroupId: this.groupId,
      ipProtocol: 'tcp',
      fromPort: port,
      toPort: port,
      ...rule,
    });
  }

  private ingress(id: string, rule: { port: number; cidrIpv4: string; description: string }): void {
    new VpcSecurityGroupIngressRule(this, id, {
      securityGroupId: this.groupId,
      ipProtocol: 'tcp',
      fromPort: rule.port,
      toPort: rule.port,
      cidrIpv4: rule.cidrIpv4,
      description: rule.description,
    });
  }
}
