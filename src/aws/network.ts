import { DataAwsAvailabilityZones } from '@cdktf/provider-aws/lib/data-aws-availability-zones';
import { DefaultSecurityGroup } from '@cdktf/provider-aws/lib/default-security-group';
import { Eip } from '@cdktf/provider-aws/lib/eip';
import { InternetGateway } from '@cdktf/provider-aws/lib/internet-gateway';
import { NatGateway } from '@cdktf/provider-aws/lib/nat-gateway';
import { Route } from '@cdktf/provider-aws/lib/route';
import { RouteTable } from '@cdktf/provider-aws/lib/route-table';
import { RouteTableAssociation } from '@cdktf/provider-aws/lib/route-table-association';
import { Subnet } from '@cdktf/provider-aws/lib/subnet';
import { Vpc } from '@cdktf/provider-aws/lib/vpc';
import { propertyAccess, Token } from 'cdktf';
import { Construct } from 'constructs';

export interface NetworkProps {
  readonly name: string;
  readonly cidr: string;
  readonly zones: readonly ZoneAddresses[];

  /** `per-zone` survives the loss of a zone; `single` is cheaper; `none` leaves private subnets without a way out. */
  readonly nat: 'single' | 'per-zone' | 'none';
}

/** One availability zone and the addresses of its two subnets. */
export interface ZoneAddresses {
  /**
   * As AWS names it: `us-east-1a`; all zones have one, or none.
   *
   * @default - the next zone that AWS names, chosen when the subnets are made
   */
  readonly name?: string;
  readonly publicCidr: string;
  readonly privateCidr: string;
}

/** A place to put things: some subnets of one VPC. */
export interface Subnets {
  readonly vpcId: string;
  readonly subnetIds: string[];

  /** Their addresses, in the same order. */
  readonly cidrs: readonly string[];
}

/** A VPC with one public and one private subnet in each zone. */
export class Network extends Construct {
  public readonly vpcId: string;
  public readonly cidr: string;

  /** Reachable from the internet. */
  public readonly publicSubnets: Subnets;

  /** Reach the internet through NAT, never the other way round. */
  public readonly privateSubnets: Subnets;

  /** The route tables of the private subnets, for gateway endpoints. */
  public readonly privateRouteTableIds: string[];
  private available: DataAwsAvailabilityZones | undefined;

  public constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    const vpc = new Vpc(this, 'Vpc', {
      cidrBlock: props.cidr,
      enableDnsHostnames: true,
      enableDnsSupport: true,
      tags: { Name: props.name },
    });
    // Without rules it admits nothing, so that a resource without a group of its own is closed, not open.
    new DefaultSecurityGroup(this, 'ClosedDefault', { vpcId: vpc.id, tags: { Name: `${props.name}-default-closed` } });

    const gateway = new InternetGateway(this, 'InternetGateway', { vpcId: vpc.id, tags: { Name: props.name } });
    const zones = props.zones.map(({ name, publicCidr, privateCidr }, index) => {
      const label = name ?? String(index + 1);
      const choice =
        name === undefined ? { availabilityZone: this.lookUp(index), chosenOnce: true } : { availabilityZone: name };
      return new Zone(this, name ?? `zone-${label}`, {
        ...{ vpc, gateway, publicCidr, privateCidr, label, ...choice },
        namePrefix: props.name,
      });
    });
    const natCount = { none: 0, single: 1, 'per-zone': zones.length }[props.nat];
    const nats = zones.slice(0, natCount).map((zone) => zone.addNat());
    zones.forEach((zone, index) => {
      const nat = nats[index % natCount];
      if (nat) zone.routePrivateThrough(nat);
    });

    this.vpcId = vpc.id;
    this.cidr = props.cidr;
    this.publicSubnets = {
      vpcId: vpc.id,
      subnetIds: zones.map((zone) => zone.publicSubnet.id),
      cidrs: props.zones.map((zone) => zone.publicCidr),
    };
    this.privateSubnets = {
      vpcId: vpc.id,
      subnetIds: zones.map((zone) => zone.privateSubnet.id),
      cidrs: props.zones.map((zone) => zone.privateCidr),
    };
    this.privateRouteTableIds = zones.map((zone) => zone.privateRoutes.id);
  }

  /** The name of one of the region's zones; a region that has too few ends the plan. */
  private lookUp(index: number): string {
    this.available ??= new DataAwsAvailabilityZones(this, 'Zones', {
      state: 'available',
      // Local and wavelength zones want to be opted in to, and have no NAT, no RDS, no balancers.
      filter: [{ name: 'opt-in-status', values: ['opt-in-not-required'] }],
    });
    return Token.asString(propertyAccess(this.available.names, [index]));
  }
}

interface ZoneProps {
  readonly namePrefix: string;
  readonly availabilityZone: string;

  /** Whether the subnets stay where they are when AWS answers otherwise later. @default false */
  readonly chosenOnce?: boolean;

  /** What tells its resources' names from those of the other zones. */
  readonly label: string;
  readonly vpc: Vpc;
  readonly gateway: InternetGateway;
  readonly publicCidr: string;
  readonly privateCidr: string;
}

class Zone extends Construct {
  public readonly publicSubnet: Subnet;
  public readonly privateSubnet: Subnet;
  public readonly privateRoutes: RouteTable;

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: ZoneProps,
  ) {
    super(scope, id);
    this.publicSubnet = this.subnet('Public', props.publicCidr);
    this.privateSubnet = this.subnet('Private', props.privateCidr);
    const publicRoutes = this.routes('Public', this.publicSubnet);
    new Route(this, 'PublicDefault', {
      routeTableId: publicRoutes.id,
      destinationCidrBlock: '0.0.0.0/0',
      gatewayId: props.gateway.id,
    });
    this.privateRoutes = this.routes('Private', this.privateSubnet);
  }

  public addNat(): NatGateway {
    const tags = { Name: this.nameOf('nat') };
    // An address in a VPC needs the way out to exist first: AWS says so, Terraform cannot see it.
    const address = new Eip(this, 'NatAddress', { domain: 'vpc', tags, dependsOn: [this.props.gateway] });
    return new NatGateway(this, 'Nat', { subnetId: this.publicSubnet.id, allocationId: address.id, tags });
  }

  public routePrivateThrough(nat: NatGateway): void {
    new Route(this, 'PrivateDefault', {
      routeTableId: this.privateRoutes.id,
      destinationCidrBlock: '0.0.0.0/0',
      natGatewayId: nat.id,
    });
  }

  private subnet(kind: 'Public' | 'Private', cidrBlock: string): Subnet {
    return new Subnet(this, `${kind}Subnet`, {
      vpcId: this.props.vpc.id,
      availabilityZone: this.props.availabilityZone,
      cidrBlock,
      tags: { Name: this.nameOf(kind.toLowerCase()) },
      // Another zone would be another subnet, and a zone may be unavailable for an hour.
      ...(this.props.chosenOnce === true && { lifecycle: { ignoreChanges: ['availability_zone'] } }),
    });
  }

  private routes(kind: 'Public' | 'Private', subnet: Subnet): RouteTable {
    const table = new RouteTable(this, `${kind}Routes`, {
      vpcId: this.props.vpc.id,
      tags: { Name: this.nameOf(kind.toLowerCase()) },
    });
    new RouteTableAssociation(this, `${kind}Association`, { routeTableId: table.id, subnetId: subnet.id });
    return table;
  }

  private nameOf(what: string): string {
    return `${this.props.namePrefix}-${what}-${this.props.label}`;
  }
}
