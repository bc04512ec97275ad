import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import type { Construct } from 'constructs';

/** Something that accepts TCP connections inside the VPC. */
export interface Server {
  readonly port: number;
  readonly securityGroupId: string;

  /**
   * Whether its name leads to a public address, inside the VPC too.
   *
   * @default false
   */
  readonly publicAddress?: boolean;
}

/** A server with an address that others can be told. */
export interface Endpoint extends Server {
  readonly host: string;
}

/** Something that opens TCP connections inside the VPC. */
export interface Client extends Construct {
  readonly securityGroupId: string;
}

/**
 * Lets `client` reach `server` on the server's own port: one rule out of the client, one into the server.
 *
 * Both rules are defined under the client, so the side that depends holds them and a stack never has to know who uses it.
 */
export function allowConnection(client: Client, id: string, server: Server): void {
  const tcp = { ipProtocol: 'tcp', fromPort: server.port, toPort: server.port };
  new VpcSecurityGroupIngressRule(client, id, {
    ...tcp,
    securityGroupId: server.securityGroupId,
    referencedSecurityGroupId: client.securityGroupId,
    description: `from ${client.node.id}`,
  });
  new VpcSecurityGroupEgressRule(client, `${id}Out`, {
    ...tcp,
    securityGroupId: client.securityGroupId,
    // A public address belongs to no security group, whoever answers there.
    ...(server.publicAddress === true
      ? { cidrIpv4: '0.0.0.0/0' }
      : { referencedSecurityGroupId: server.securityGroupId }),
    description: words(id),
  });
}

/** `ToDatabase` → `to Database`. */
function words(id: string): string {
  return id.replace(/^To/, 'to ');
}
