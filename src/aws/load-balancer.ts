import { Lb } from '@cdktf/provider-aws/lib/lb';
import { LbListener, type LbListenerConfig } from '@cdktf/provider-aws/lib/lb-listener';
import { LbTargetGroup } from '@cdktf/provider-aws/lib/lb-target-group';
import { Construct } from 'constructs';
import type { Client, Endpoint } from './connections';
import type { Subnets } from './network';
import { SecurityGroup } from './security-group';

export interface LoadBalancerProps {
  /** At most 32 characters. */
  readonly name: string;
  readonly subnets: Subnets;

  /** The port it listens on. */
  readonly port: number;

  /** The port of its targets. */
  readonly targetPort: number;
  readonly healthCheckPath: string;

  /** Seconds between two health checks. @default 10 */
  readonly healthCheckSeconds?: number;

  /** Who may connect: the world, or only what is allowed to by `allowTo`. */
  readonly reach: 'public' | 'internal';

  /** Serves HTTPS on 443 too, and sends everyone there. @default - HTTP only */
  readonly certificateArn?: string;

  /** @default true */
  readonly deletionProtection?: boolean;

  /** A bucket that lets load balancers write. @default - no access logs */
  readonly accessLogs?: { readonly bucket: string };

  /** Seconds that a leaving target has for the requests it serves. @default 10 */
  readonly deregistrationDelaySeconds?: number;
}

/** TLS 1.3 and 1.2 with forward secrecy. Source: AWS, "SSL policies for your Application Load Balancer". */
const TLS_POLICY = 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06';
const HTTPS = 443;

/** An application load balancer that forwards everything to one service. */
export class LoadBalancer extends Construct implements Endpoint, Client {
  public readonly host: string;
  public readonly port: number;
  public readonly securityGroupId: string;
  public readonly publicAddress: boolean;
  public readonly targetGroupArn: string;
  public readonly arn: string;

  /** For DNS aliases. */
  public readonly zoneId: string;

  /** How CloudWatch calls the balancer and its targets. */
  public readonly metricNames: { readonly balancer: string; readonly targets: string };

  /** A service must wait for them: ECS refuses a target group without a listener. */
  public readonly listeners: readonly LbListener[];

  /** Where browsers find it. */
  public readonly url: string;

  public constructor(scope: Construct, id: string, props: LoadBalancerProps) {
    super(scope, id);
    if (props.name.length > 32) {
      throw new Error(`name must have at most 32 characters, got ${JSON.stringify(props.name)} (${props.name.length})`);
    }
    const { certificateArn, accessLogs, deletionProtection = true, deregistrationDelaySeconds = 10 } = props;

    const group = new SecurityGroup(this, 'SecurityGroup', {
      name: props.name,
      vpcId: props.subnets.vpcId,
      description: `load balancer on ${props.port}`,
    });
    if (props.reach === 'public') {
      group.allowFromAnywhere('FromAnywhere', props.port, 'HTTP from the internet');
      if (certificateArn !== undefined) group.allowFromAnywhere('HttpsFromAnywhere', HTTPS, 'HTTPS from the internet');
    }

    const balancer = new Lb(this, 'Balancer', {
      name: props.name,
      loadBalancerType: 'application',
      internal: props.reach === 'internal',
      subnets: props.subnets.subnetIds,
      securityGroups: [group.groupId],
      dropInvalidHeaderFields: true,
      desyncMitigationMode: 'strictest',
      enableDeletionProtection: deletionProtection,
      idleTimeout: 60,
      ...(accessLogs && {
        accessLogs: { bucket: accessLogs.bucket, prefix: props.name, enabled: true },
      }),
    });
    const targets = new LbTargetGroup(this, 'Targets', {
      // A target group cannot be changed in place: the new one needs a name of its own while the old one serves.
      namePrefix: 'pe-',
      port: props.targetPort,
      protocol: 'HTTP',
      targetType: 'ip',
      vpcId: props.subnets.vpcId,
      deregistrationDelay: String(deregistrationDelaySeconds),
      loadBalancingAlgorithmType: 'least_outstanding_requests',
      healthCheck: {
        path: props.healthCheckPath,
        matcher: '200',
        interval: props.healthCheckSeconds ?? 10,
        // It must be shorter than the interval, whose least is 5 s.
        timeout: 4,
        healthyThreshold: 2,
        unhealthyThreshold: 3,
      },
      tags: { Name: props.name },
      lifecycle: { createBeforeDestroy: true },
    });

    const forward: LbListenerConfig['defaultAction'] = [{ type: 'forward', targetGroupArn: targets.arn }];
    const listener = (listenerId: string, config: Omit<LbListenerConfig, 'loadBalancerArn'>): LbListener =>
      new LbListener(this, listenerId, { loadBalancerArn: balancer.arn, ...config });
    this.listeners =
      certificateArn === undefined
        ? [listener('Http', { port: props.port, protocol: 'HTTP', defaultAction: forward })]
        : [
            listener('Https', {
              port: HTTPS,
              protocol: 'HTTPS',
              sslPolicy: TLS_POLICY,
              certificateArn,
              defaultAction: forward,
              routingHttpResponseStrictTransportSecurityHeaderValue: 'max-age=31536000; includeSubDomains',
            }),
            listener('Http', {
              port: props.port,
              protocol: 'HTTP',
              defaultAction: [
                { type: 'redirect', redirect: { port: String(HTTPS), protocol: 'HTTPS', statusCode: 'HTTP_301' } },
              ],
            }),
          ];

    this.host = balancer.dnsName;
    this.port = props.port;
    this.publicAddress = props.reach === 'public';
    this.url = `http://${balancer.dnsName}${props.port === 80 ? '' : `:${props.port}`}`;
    this.arn = balancer.arn;
    this.zoneId = balancer.zoneId;
    this.securityGroupId = group.groupId;
    this.targetGroupArn = targets.arn;
    this.metricNames = { balancer: balancer.arnSuffix, targets: targets.arnSuffix };
  }
}
