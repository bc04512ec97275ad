import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as rds from 'aws-cdk-lib/aws-rds';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';

export interface FoundationStackProps extends StackProps {
  readonly name: string;
}

const SERVICES = ['frontend', 'backend'] as const;
export type Service = (typeof SERVICES)[number];

/** Network, database, parameters, registry and keys. */
export class FoundationStack extends Stack {
  public readonly dataKey: kms.Key;
  public readonly logsKey: kms.Key;
  public readonly vpc: ec2.Vpc;
  public readonly accessLogs: s3.Bucket;
  public readonly repositories: Record<Service, ecr.Repository>;
  public readonly database: rds.DatabaseInstance;
  public readonly databaseSecurityGroup: ec2.SecurityGroup;
  public readonly parameters: Record<'name' | 'endpoint' | 'username', ssm.StringParameter>;
  public readonly secrets: Record<'application' | 'master' | 'monitor', rds.DatabaseSecret>;
  public readonly datadogApiKey: rds.DatabaseSecret;

  public constructor(scope: Construct, id: string, props: FoundationStackProps) {
    super(scope, id, props);
    const { name } = props;

    this.dataKey = new kms.Key(this, 'DataKey', {
      alias: `${name}-data`,
      description: `${name}: database, parameters, images`,
      enableKeyRotation: true,
    });
    this.logsKey = new kms.Key(this, 'LogsKey', {
      alias: `${name}-logs`,
      description: `${name}: log groups`,
      enableKeyRotation: true,
    });
    this.logsKey.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal(`logs.${this.region}.amazonaws.com`)],
        actions: ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
        resources: ['*'],
        conditions: {
          ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:${this.region}:${this.account}:log-group:*` },
        },
      }),
    );

    this.vpc = new ec2.Vpc(this, 'Vpc', {
      vpcName: name,
      ipAddresses: ec2.IpAddresses.cidr('10.0.0.0/16'),
      maxAzs: 2,
      natGateways: 2,
      subnetConfiguration: [
        { name: 'public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24 },
        { name: 'private', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 24 },
      ],
      gatewayEndpoints: { S3: { service: ec2.GatewayVpcEndpointAwsService.S3 } },
      flowLogs: {
        All: {
          trafficType: ec2.FlowLogTrafficType.ALL,
          destination: ec2.FlowLogDestination.toCloudWatchLogs(this.logGroup('FlowLogs', `/vpc/${name}-flow-logs`)),
        },
      },
    });

    this.accessLogs = new s3.Bucket(this, 'AccessLogs', {
      bucketName: `${name}-access-logs-${this.account}`,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      versioned: true,
      lifecycleRules: [
        {
          id: 'forget',
          expiration: Duration.days(365),
          noncurrentVersionExpiration: Duration.days(7),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
    });

    this.repositories = {
      frontend: this.repository(name, 'frontend'),
      backend: this.repository(name, 'backend'),
    };

    this.secrets = {
      application: this.secret('Password', name, 'application', 'app'),
      master: this.secret('MasterPassword', name, 'master', 'admin'),
      monitor: this.secret('MonitorPassword', name, 'monitor', 'datadog'),
    };
    this.datadogApiKey = this.secret('DatadogApiKey', name, 'datadog-api-key', 'datadog');

    this.databaseSecurityGroup = new ec2.SecurityGroup(this, 'DatabaseSecurityGroup', {
      vpc: this.vpc,
      securityGroupName: `${name}-database`,
      description: 'MySQL: admits the services that connect to it',
      allowAllOutbound: false,
    });
    const databaseLogs = ['error', 'slowquery'].map((type) =>
      this.logGroup(`DatabaseLogs-${type}`, `/aws/rds/instance/${name}-database/${type}`),
    );
    const engine = rds.DatabaseInstanceEngine.mysql({ version: rds.MysqlEngineVersion.of('8.4.5', '8.4') });
    this.database = new rds.DatabaseInstance(this, 'Database', {
      instanceIdentifier: `${name}-database`,
      engine,
      instanceType: ec2.InstanceType.of(ec2.InstanceClass.T3, ec2.InstanceSize.MICRO),
      credentials: rds.Credentials.fromSecret(this.secrets.master),
      databaseName: 'cloudpe',
      allocatedStorage: 20,
      maxAllocatedStorage: 100,
      storageType: rds.StorageType.GP3,
      storageEncrypted: true,
      storageEncryptionKey: this.dataKey,
      vpc: this.vpc,
      subnetGroup: new rds.SubnetGroup(this, 'Subnets', {
        subnetGroupName: `${name}-database`,
        description: 'private subnets',
        vpc: this.vpc,
        vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
      }),
      securityGroups: [this.databaseSecurityGroup],
      parameterGroup: new rds.ParameterGroup(this, 'Settings', {
        engine,
        description: 'TLS only, slow log, what Database Monitoring reads',
        parameters: {
          long_query_time: '1',
          max_digest_length: '4096',
          performance_schema: '1',
          performance_schema_max_digest_length: '4096',
          performance_schema_max_sql_text_length: '4096',
          require_secure_transport: '1',
          slow_query_log: '1',
        },
      }),
      publiclyAccessible: false,
      multiAz: true,
      caCertificate: rds.CaCertificate.RDS_CA_RSA2048_G1,
      backupRetention: Duration.days(14),
      preferredBackupWindow: '03:00-04:00',
      preferredMaintenanceWindow: 'sun:05:00-sun:06:00',
      copyTagsToSnapshot: true,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.SNAPSHOT,
      autoMinorVersionUpgrade: true,
      cloudwatchLogsExports: ['error', 'slowquery'],
      monitoringInterval: Duration.seconds(60),
    });
    this.database.node.addDependency(...databaseLogs);

    this.parameters = {
      name: this.parameter('Name', 'name', 'cloudpe'),
      endpoint: this.parameter('Endpoint', 'endpoint', this.database.instanceEndpoint.socketAddress),
      username: this.parameter('Username', 'username', 'app'),
    };
    this.parameter('MasterUsername', 'master/username', 'admin');
    this.parameter('MonitorUsername', 'monitor/username', 'datadog');
  }

  /** Known, so that nothing is looked up in an account. */
  public override get availabilityZones(): string[] {
    return ['us-east-1a', 'us-east-1b'];
  }

  private logGroup(id: string, logGroupName: string): logs.LogGroup {
    return new logs.LogGroup(this, id, {
      logGroupName,
      retention: logs.RetentionDays.ONE_YEAR,
      encryptionKey: this.logsKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  private repository(name: string, service: Service): ecr.Repository {
    return new ecr.Repository(this, `${service}Repository`, {
      repositoryName: `${name}/pe/${service}`,
      imageTagMutability: ecr.TagMutability.IMMUTABLE,
      imageScanOnPush: true,
      encryption: ecr.RepositoryEncryption.KMS,
      encryptionKey: this.dataKey,
      lifecycleRules: [{ description: 'keep the last ones', maxImageCount: 30 }],
    });
  }

  private parameter(id: string, path: string, stringValue: string): ssm.StringParameter {
    return new ssm.StringParameter(this, id, { parameterName: `/cloudpe/prod/database/${path}`, stringValue });
  }

  /**
   * CloudFormation cannot create a SecureString: AWS CDK applications keep passwords in Secrets Manager.
   *
   * With AWS's key: a key of our own would name the roles of the other stack in its policy, which is a cycle.
   */
  private secret(id: string, name: string, what: string, username: string): rds.DatabaseSecret {
    return new rds.DatabaseSecret(this, id, { username, secretName: `${name}/${what}` });
  }
}
