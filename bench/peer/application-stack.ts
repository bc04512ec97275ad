import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as wafv2 from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import type { FoundationStack, Service } from './foundation-stack';

export interface ApplicationStackProps extends StackProps {
  readonly name: string;
  readonly foundation: FoundationStack;
}

interface Entry {
  readonly balancer: elb.ApplicationLoadBalancer;
  readonly targets: elb.ApplicationTargetGroup;
  readonly securityGroup: ec2.SecurityGroup;
}

interface ServiceProps {
  readonly port: number;
  readonly entry: Entry;
  readonly environment: Record<string, string>;
}

/** The cluster, the balancers, the services and what scales and guards them. */
export class ApplicationStack extends Stack {
  private readonly cluster: ecs.Cluster;

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: ApplicationStackProps,
  ) {
    super(scope, id, props);
    const { name, foundation } = props;
    const { vpc, database, databaseSecurityGroup, parameters, secrets, dataKey } = foundation;

    const execLogs = this.logGroup('ExecLogs', `/ecs/${name}/exec`);
    const insights = this.logGroup('InsightsLogs', `/aws/ecs/containerinsights/${name}/performance`);
    this.cluster = new ecs.Cluster(this, 'Cluster', {
      clusterName: name,
      vpc,
      containerInsightsV2: ecs.ContainerInsights.ENABLED,
      enableFargateCapacityProviders: true,
      executeCommandConfiguration: {
        kmsKey: foundation.logsKey,
        logging: ecs.ExecuteCommandLogging.OVERRIDE,
        logConfiguration: { cloudWatchLogGroup: execLogs, cloudWatchEncryptionEnabled: true },
      },
    });
    this.cluster.node.addDependency(insights);

    const backendEntry = this.entry('backend', 4000, 4000, false);
    const backend = this.service('backend', {
      port: 4000,
      entry: backendEntry,
      environment: { DATABASE_TLS: 'verify', DATABASE_POOL_SIZE: '8', TRUSTED_PROXIES: '10.0.3.0/24,10.0.4.0/24' },
    });
    for (const parameter of Object.values(parameters)) parameter.grantRead(backend.taskDefinition.taskRole);
    secrets.application.grantRead(backend.taskDefinition.taskRole);
    dataKey.grantDecrypt(backend.taskDefinition.taskRole);
    const migration = backend.taskDefinition.addContainer('Migration', {
      containerName: 'backend-migrate',
      image: ecs.ContainerImage.fromEcrRepository(foundation.repositories.backend, 'd41d8cd98f00b204'),
      command: ['python', '-m', 'app.migrate'],
      essential: false,
      readonlyRootFilesystem: true,
      environment: { APP_ENV: 'prod', DATABASE_TLS: 'verify', PASSWORD_VERSION: '1' },
      secrets: {
        DATABASE_NAME: ecs.Secret.fromSsmParameter(parameters.name),
        DATABASE_ENDPOINT: ecs.Secret.fromSsmParameter(parameters.endpoint),
        DATABASE_USERNAME: ecs.Secret.fromSecretsManager(secrets.application, 'username'),
        DATABASE_PASSWORD: ecs.Secret.fromSecretsManager(secrets.application, 'password'),
        MASTER_USERNAME: ecs.Secret.fromSecretsManager(secrets.master, 'username'),
        MASTER_PASSWORD: ecs.Secret.fromSecretsManager(secrets.master, 'password'),
        MONITOR_USERNAME: ecs.Secret.fromSecretsManager(secrets.monitor, 'username'),
        MONITOR_PASSWORD: ecs.Secret.fromSecretsManager(secrets.monitor, 'password'),
      },
      logging: this.awslogs('MigrationLogs', 'backend-migrate'),
    });
    backend.taskDefinition.defaultContainer?.addContainerDependencies({
      container: migration,
      condition: ecs.ContainerDependencyCondition.SUCCESS,
    });
    this.allow('BackendToDatabase', backend, databaseSecurityGroup, 3306);

    const collector = this.collector(database.instanceEndpoint.hostname);
    this.allow('CollectorToDatabase', collector, databaseSecurityGroup, 3306);

    const frontendEntry = this.entry('frontend', 80, 80, true);
    const frontend = this.service('frontend', {
      port: 80,
      entry: frontendEntry,
      environment: {
        API_URL: `http://${backendEntry.balancer.loadBalancerDnsName}:4000`,
        TRUSTED_PROXIES: '10.0.1.0/24,10.0.2.0/24',
        RUM_SERVICE: 'cloudpe',
      },
    });
    this.allow('FrontendToBackend', frontend, backendEntry.securityGroup, 4000);

    this.firewall(frontendEntry.balancer);
    new CfnOutput(this, 'Url', { value: `http://${frontendEntry.balancer.loadBalancerDnsName}` });
    new CfnOutput(this, 'ClusterName', { value: this.cluster.clusterName });
  }

  private entry(tier: Service, port: number, targetPort: number, internetFacing: boolean): Entry {
    const { name, foundation } = this.props;
    const { vpc } = foundation;
    const securityGroup = new ec2.SecurityGroup(this, `${tier}BalancerSecurityGroup`, {
      vpc,
      securityGroupName: `${name}-${tier}-balancer`,
      description: `load balancer on ${port}`,
      allowAllOutbound: false,
    });
    const balancer = new elb.ApplicationLoadBalancer(this, `${tier}Balancer`, {
      loadBalancerName: `${name}-${tier}`.slice(0, 32),
      vpc,
      internetFacing,
      vpcSubnets: { subnetType: internetFacing ? ec2.SubnetType.PUBLIC : ec2.SubnetType.PRIVATE_WITH_EGRESS },
      securityGroup,
      dropInvalidHeaderFields: true,
      desyncMitigationMode: elb.DesyncMitigationMode.STRICTEST,
      deletionProtection: true,
      idleTimeout: Duration.seconds(60),
    });
    // By attribute: `logAccessLogs` would make the bucket's stack depend on this one.
    balancer.setAttribute('access_logs.s3.enabled', 'true');
    balancer.setAttribute('access_logs.s3.bucket', foundation.accessLogs.bucketName);
    balancer.setAttribute('access_logs.s3.prefix', `${name}-${tier}`);
    const targets = new elb.ApplicationTargetGroup(this, `${tier}Targets`, {
      vpc,
      port: targetPort,
      protocol: elb.ApplicationProtocol.HTTP,
      targetType: elb.TargetType.IP,
      deregistrationDelay: Duration.seconds(10),
      loadBalancingAlgorithmType: elb.TargetGroupLoadBalancingAlgorithmType.LEAST_OUTSTANDING_REQUESTS,
      healthCheck: {
        path: '/health',
        healthyHttpCodes: '200',
        interval: Duration.seconds(10),
        timeout: Duration.seconds(4),
        healthyThresholdCount: 2,
        unhealthyThresholdCount: 3,
      },
    });
    balancer.addListener(`${tier}Listener`, {
      port,
      protocol: elb.ApplicationProtocol.HTTP,
      open: internetFacing,
      defaultTargetGroups: [targets],
    });
    return { balancer, targets, securityGroup };
  }

  private service(tier: Service, { port, entry, environment }: ServiceProps): ecs.FargateService {
    const { name, foundation } = this.props;
    const task = new ecs.FargateTaskDefinition(this, `${tier}Task`, {
      family: `${name}-${tier}-task`,
      cpu: 512,
      memoryLimitMiB: 1024,
      runtimePlatform: {
        cpuArchitecture: ecs.CpuArchitecture.X86_64,
        operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
      },
    });
    task.addContainer('Main', {
      containerName: `${tier}-container`,
      image: ecs.ContainerImage.fromEcrRepository(foundation.repositories[tier], 'd41d8cd98f00b204'),
      portMappings: [{ containerPort: port }],
      user: '10001',
      readonlyRootFilesystem: true,
      stopTimeout: Duration.seconds(30),
      environment: {
        APP_ENV: 'prod',
        AWS_REGION: this.region,
        DD_SERVICE: `${tier}-service`,
        DD_ENV: 'prod',
        ...environment,
      },
      dockerLabels: { 'com.datadoghq.tags.service': `${tier}-service`, 'com.datadoghq.tags.env': 'prod' },
      healthCheck: {
        command: [
          'CMD',
          'python',
          '-c',
          `import urllib.request as u;u.urlopen('http://127.0.0.1:${port}/health',timeout=2)`,
        ],
        interval: Duration.seconds(10),
        timeout: Duration.seconds(5),
        retries: 3,
        startPeriod: Duration.seconds(30),
      },
      logging: this.awslogs(`${tier}Logs`, `${tier}-container`),
    });
    this.agent(task, tier);

    const securityGroup = new ec2.SecurityGroup(this, `${tier}SecurityGroup`, {
      vpc: foundation.vpc,
      securityGroupName: `${name}-${tier}`,
      description: `tasks of ${tier}`,
      allowAllOutbound: false,
    });
    securityGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'AWS and Datadog');
    const service = new ecs.FargateService(this, tier, {
      serviceName: `${name}-${tier}`,
      cluster: this.cluster,
      taskDefinition: task,
      desiredCount: 2,
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { rollback: true },
      securityGroups: [securityGroup],
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
      healthCheckGracePeriod: Duration.seconds(60),
      capacityProviderStrategies: [{ capacityProvider: 'FARGATE', weight: 100, base: 1 }],
      propagateTags: ecs.PropagatedTagSource.SERVICE,
    });
    service.attachToApplicationTargetGroup(entry.targets);
    service.connections.allowFrom(entry.securityGroup, ec2.Port.tcp(port));
    service.enableDeploymentAlarms(this.alarms(tier, entry), { behavior: ecs.AlarmBehavior.ROLLBACK_ON_ALARM });

    const scaling = service.autoScaleTaskCount({ minCapacity: 2, maxCapacity: 4 });
    const cooldowns = { scaleInCooldown: Duration.seconds(300), scaleOutCooldown: Duration.seconds(60) };
    scaling.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: 60, ...cooldowns });
    scaling.scaleOnMemoryUtilization('Memory', { targetUtilizationPercent: 75, ...cooldowns });
    scaling.scaleOnRequestCount('Requests', { requestsPerTarget: 3000, targetGroup: entry.targets, ...cooldowns });
    return service;
  }

  private agent(task: ecs.FargateTaskDefinition, tier: Service): void {
    task.addContainer('Agent', {
      containerName: 'datadog-agent',
      image: ecs.ContainerImage.fromRegistry('public.ecr.aws/datadog/agent:7.72.1'),
      essential: false,
      memoryReservationMiB: 256,
      environment: {
        ECS_FARGATE: 'true',
        DD_SITE: 'us5.datadoghq.com',
        DD_APM_ENABLED: 'true',
        DD_APM_RECEIVER_SOCKET: '/var/run/datadog/apm.socket',
        DD_ENV: 'prod',
        DD_SERVICE: `${tier}-service`,
      },
      secrets: { DD_API_KEY: ecs.Secret.fromSecretsManager(this.props.foundation.datadogApiKey, 'password') },
      healthCheck: { command: ['CMD', 'agent', 'health'], interval: Duration.seconds(15), retries: 3 },
      logging: this.awslogs(`${tier}AgentLogs`, `${tier}-datadog-agent`),
    });
  }

  private collector(host: string): ecs.FargateService {
    const { name, foundation } = this.props;
    const { secrets, datadogApiKey, vpc } = foundation;
    const task = new ecs.FargateTaskDefinition(this, 'CollectorTask', {
      family: `${name}-mysql-collector-task`,
      cpu: 256,
      memoryLimitMiB: 512,
    });
    task.addContainer('Main', {
      containerName: 'mysql-collector',
      image: ecs.ContainerImage.fromRegistry('public.ecr.aws/datadog/agent:7.72.1'),
      environment: { ECS_FARGATE: 'true', DD_SITE: 'us5.datadoghq.com', DATABASE_HOST: host, DD_ENV: 'prod' },
      secrets: {
        DD_API_KEY: ecs.Secret.fromSecretsManager(datadogApiKey, 'password'),
        MONITOR_USERNAME: ecs.Secret.fromSecretsManager(secrets.monitor, 'username'),
        MONITOR_PASSWORD: ecs.Secret.fromSecretsManager(secrets.monitor, 'password'),
      },
      logging: this.awslogs('CollectorLogs', 'mysql-collector'),
    });
    const securityGroup = new ec2.SecurityGroup(this, 'CollectorSecurityGroup', {
      vpc,
      securityGroupName: `${name}-mysql-collector`,
      description: 'collector of MySQL figures',
      allowAllOutbound: false,
    });
    securityGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'AWS and Datadog');
    return new ecs.FargateService(this, 'MysqlCollector', {
      serviceName: `${name}-mysql-collector`,
      cluster: this.cluster,
      taskDefinition: task,
      desiredCount: 1,
      minHealthyPercent: 0,
      maxHealthyPercent: 100,
      circuitBreaker: { rollback: true },
      securityGroups: [securityGroup],
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
    });
  }

  private alarms(tier: Service, { balancer, targets }: Entry): string[] {
    const every = Duration.minutes(1);
    const rows = [
      {
        id: 'ServerErrors',
        metric: balancer.metrics.httpCodeTarget(elb.HttpCodeTarget.TARGET_5XX_COUNT, { period: every }),
        threshold: 10,
      },
      { id: 'UnhealthyHosts', metric: targets.metrics.unhealthyHostCount({ period: every }), threshold: 0 },
      {
        id: 'Latency',
        metric: targets.metrics.targetResponseTime({ period: every, statistic: 'p95' }),
        threshold: 2,
      },
    ];
    return rows.map(({ id, metric, threshold }) => {
      const alarmName = `${this.props.name}-${tier}-${id}`;
      new cloudwatch.Alarm(this, `${tier}${id}`, {
        alarmName,
        alarmDescription: 'Takes a release back',
        metric,
        threshold,
        evaluationPeriods: 2,
        comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
        treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      });
      return alarmName;
    });
  }

  private firewall(balancer: elb.ApplicationLoadBalancer): void {
    const name = `${this.props.name}-frontend`;
    const visibility = (metric: string): wafv2.CfnWebACL.VisibilityConfigProperty => ({
      cloudWatchMetricsEnabled: true,
      metricName: `${name}-${metric}`,
      sampledRequestsEnabled: true,
    });
    const managed = ['CommonRuleSet', 'KnownBadInputsRuleSet', 'SQLiRuleSet'].map((group, index) => ({
      name: group,
      priority: index + 1,
      overrideAction: { none: {} },
      statement: { managedRuleGroupStatement: { name: `AWSManagedRules${group}`, vendorName: 'AWS' } },
      visibilityConfig: visibility(group),
    }));
    const acl = new wafv2.CfnWebACL(this, 'Firewall', {
      name,
      description: 'AWS managed rules and a rate limit',
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visibility('all'),
      rules: [
        {
          name: 'rate-limit',
          priority: 0,
          action: { block: {} },
          statement: { rateBasedStatement: { limit: 2000, aggregateKeyType: 'IP' } },
          visibilityConfig: visibility('rate-limit'),
        },
        ...managed,
      ],
    });
    new wafv2.CfnWebACLAssociation(this, 'FirewallAssociation', {
      resourceArn: balancer.loadBalancerArn,
      webAclArn: acl.attrArn,
    });
    const group = this.logGroup('FirewallLogs', `aws-waf-logs-${name}`);
    new wafv2.CfnLoggingConfiguration(this, 'FirewallLogging', {
      resourceArn: acl.attrArn,
      logDestinationConfigs: [group.logGroupArn],
      redactedFields: ['authorization', 'cookie'].map((header) => ({ singleHeader: { Name: header } })),
    });
  }

  /** Lets a service connect to a group of the other stack: the rules stay in this one. */
  private allow(id: string, client: ecs.FargateService, server: ec2.SecurityGroup, port: number): void {
    const [group] = client.connections.securityGroups;
    if (!group) throw new Error(`${id} needs a client with a security group`);
    group.addEgressRule(ec2.Peer.securityGroupId(server.securityGroupId), ec2.Port.tcp(port), id);
    new ec2.CfnSecurityGroupIngress(this, id, {
      groupId: server.securityGroupId,
      sourceSecurityGroupId: group.securityGroupId,
      ipProtocol: 'tcp',
      fromPort: port,
      toPort: port,
      description: id,
    });
  }

  private awslogs(id: string, container: string): ecs.LogDriver {
    return ecs.LogDrivers.awsLogs({
      streamPrefix: container,
      logGroup: this.logGroup(id, `/ecs/${this.props.name}/${container}`),
      mode: ecs.AwsLogDriverMode.NON_BLOCKING,
    });
  }

  private logGroup(id: string, logGroupName: string): logs.LogGroup {
    return new logs.LogGroup(this, id, {
      logGroupName,
      retention: logs.RetentionDays.ONE_YEAR,
      encryptionKey: this.props.foundation.logsKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}
