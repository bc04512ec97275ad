import { DbParameterGroup } from '@cdktf/provider-aws/lib/db-parameter-group';
import { DbSubnetGroup } from '@cdktf/provider-aws/lib/db-subnet-group';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment';
import { SsmParameter } from '@cdktf/provider-aws/lib/ssm-parameter';
import { Construct } from 'constructs';
import { MAIN_INSTANCE } from '../identity';
import type { Account } from './account';
import type { Endpoint } from './connections';
import { databaseInstance, type InstanceProps } from './database-instance';
import type { EncryptionKey } from './encryption-key';
import type { Subnets } from './network';
import type { Parameter } from './parameter';
import { trustPolicy } from './policy';
import { SecretParameter } from './secret-parameter';
import { SecurityGroup } from './security-group';

export interface DatabaseProps {
  readonly name: string;

  /** Every instance by its name in the row; what differs between them is here, all else is alike. */
  readonly instances: Readonly<Record<string, DatabaseInstance>>;

  /** The instance to which the endpoint leads. */
  readonly serving: string;

  /** The identifier of an instance. */
  readonly identifierOf: (instance: string) => string;
  readonly account: Account;
  readonly subnets: Subnets;
  readonly key: EncryptionKey;
  readonly logsKey: EncryptionKey;
  readonly logsRetentionDays: number;

  /** Where its parameters are: `path('password')` is `/cloudpe/test/database/password`. */
  readonly path: (...parts: readonly string[]) => string;

  readonly instanceClass: string;
  readonly storageGiB: number;

  /** How far storage may grow by itself. */
  readonly maxStorageGiB: number;
  readonly backupRetentionDays: number;

  /** UTC, `hh:mm-hh:mm`. */
  readonly backupWindow: string;

  /** UTC, `ddd:hh:mm-ddd:hh:mm`. */
  readonly maintenanceWindow: string;

  /** Raise it to give every user of the database a new password. */
  readonly passwordVersion: number;

  /** Whether a standby runs in a second zone. @default false */
  readonly multiAz?: boolean;

  /** Whether RDS refuses to delete an instance, and keeps a last snapshot when it goes. @default true */
  readonly deletionProtection?: boolean;

  /** @default 'in-maintenance-window' */
  readonly applyChanges?: 'immediately' | 'in-maintenance-window';

  /** @default false */
  readonly performanceInsights?: boolean;

  /** Seconds between two samples of the operating system's figures; 0 is off. @default 60 */
  readonly enhancedMonitoringSeconds?: number;

  /** Whether RDS makes larger updates on a copy and switches over. @default false */
  readonly blueGreenUpdate?: boolean;
}

/** What one instance has for itself. */
export interface DatabaseInstance {
  /** Its identifier or ARN; a change replaces the instance. @default - an empty database */
  readonly fromSnapshot?: string;

  /** @default - as all instances; the last snapshot is kept whatever is said here */
  readonly deletionProtection?: boolean;
}

/** Where a database's name, address and credentials are; never what they are. */
export interface DatabaseParameters {
  readonly name: Parameter;

  /** `host:port` */
  readonly endpoint: Parameter;

  /** The application's own user. */
  readonly username: Parameter;
  readonly password: SecretParameter;

  /** RDS's first user: for migrations only. */
  readonly masterUsername: Parameter;
  readonly masterPassword: SecretParameter;

  /** Reads statistics, no data. */
  readonly monitorUsername: Parameter;
  readonly monitorPassword: SecretParameter;
}

const SCHEMA = 'cloudpe';

/**
 * What the monitoring needs and what TLS requires. Static ones take effect at the next reboot.
 * Source: Datadog, "Setting up Database Monitoring for Amazon RDS managed MySQL"; Amazon RDS User Guide.
 */
const SETTINGS: readonly { name: string; value: string; applyMethod: 'immediate' | 'pending-reboot' }[] = [
  { name: 'long_query_time', value: '1', applyMethod: 'immediate' },
  { name: 'max_digest_length', value: '4096', applyMethod: 'pending-reboot' },
  { name: 'performance_schema', value: '1', applyMethod: 'pending-reboot' },
  { name: 'performance_schema_max_digest_length', value: '4096', applyMethod: 'pending-reboot' },
  { name: 'performance_schema_max_sql_text_length', value: '4096', applyMethod: 'pending-reboot' },
  { name: 'require_secure_transport', value: '1', applyMethod: 'immediate' },
  { name: 'slow_query_log', value: '1', applyMethod: 'immediate' },
];

/**
 * MySQL in private subnets: encrypted, TLS only, its passwords in SSM and nowhere else.
 *
 * One instance serves; others may stand beside it, restored from a snapshot, until one of them is told to serve.
 */
export class Database extends Construct implements Endpoint {
  public readonly host: string;
  public readonly port = 3306;
  public readonly securityGroupId: string;
  public readonly identifier: string;
  public readonly parameters: DatabaseParameters;

  public constructor(scope: Construct, id: string, props: DatabaseProps) {
    super(scope, id);
    const subnetGroup = new DbSubnetGroup(this, 'Subnets', {
      name: props.name,
      description: 'private subnets',
      subnetIds: props.subnets.subnetIds,
    });
    const parameterGroup = new DbParameterGroup(this, 'Settings', {
      namePrefix: `${props.name}-`,
      family: 'mysql8.4',
      description: 'TLS only, slow log, what Database Monitoring reads',
      parameter: [...SETTINGS],
      lifecycle: { createBeforeDestroy: true },
    });
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      name: props.name,
      vpcId: props.subnets.vpcId,
      description: 'MySQL: admits the services that connect to it',
    });
    const users = this.users(props);
    const {
      multiAz = false,
      deletionProtection = true,
      applyChanges = 'in-maintenance-window',
      performanceInsights = false,
      enhancedMonitoringSeconds = 60,
      blueGreenUpdate = false,
    } = props;
    const alike: Omit<InstanceProps, 'identifier'> = {
      ...props,
      ...{ multiAz, deletionProtection, applyChanges, performanceInsights, enhancedMonitoringSeconds, blueGreenUpdate },
      lastSnapshot: deletionProtection,
      schema: SCHEMA,
      masterUsername: MASTER,
      masterPassword: users.masterPassword.ephemeralValue,
      port: this.port,
      subnetGroupName: subnetGroup.name,
      parameterGroupName: parameterGroup.name,
      securityGroupId: securityGroup.groupId,
      ...(enhancedMonitoringSeconds > 0 && { monitoringRoleArn: this.monitoringRole(props).arn }),
    };
    const others = new Construct(this, 'Instances');
    const instances = Object.fromEntries(
      Object.entries(props.instances).map(([name, own]) => {
        // The main one was here before there could be others: its id must stay what it is.
        const scope = name === MAIN_INSTANCE ? this : new Construct(others, name);
        return [name, databaseInstance(scope, { ...alike, ...own, identifier: props.identifierOf(name) })];
      }),
    );
    const instance = instances[props.serving];
    if (!instance) throw new Error(`serving must name one of the instances, got ${JSON.stringify(props.serving)}`);

    this.host = instance.address;
    this.identifier = props.identifierOf(props.serving);
    this.securityGroupId = securityGroup.groupId;
    this.parameters = {
      ...users,
      name: this.plain('Name', props, 'name', SCHEMA),
      endpoint: this.plain('Endpoint', props, 'endpoint', `${instance.address}:${this.port}`),
    };
  }

  private users(props: DatabaseProps): Omit<DatabaseParameters, 'name' | 'endpoint'> {
    const secret = (id: string, name: string, description: string): SecretParameter =>
      new SecretParameter(this, id, {
        name: props.path(...name.split('/')),
        description,
        key: props.key,
        version: props.passwordVersion,
      });
    return {
      username: this.plain('Username', props, 'username', 'app'),
      password: secret('Password', 'password', 'the password of the application'),
      masterUsername: this.plain('MasterUsername', props, 'master/username', MASTER),
      masterPassword: secret('MasterPassword', 'master/password', 'the password of RDS’s first user'),
      monitorUsername: this.plain('MonitorUsername', props, 'monitor/username', 'datadog'),
      monitorPassword: secret('MonitorPassword', 'monitor/password', 'the password of the monitoring'),
    };
  }

  private plain(id: string, props: DatabaseProps, name: string, value: string): Parameter {
    return new SsmParameter(this, id, { name: props.path(...name.split('/')), type: 'String', value });
  }

  private monitoringRole(props: DatabaseProps): IamRole {
    const role = new IamRole(this, 'MonitoringRole', {
      name: `${props.name}-monitoring`,
      assumeRolePolicy: trustPolicy('monitoring.rds.amazonaws.com', props.account.id),
    });
    new IamRolePolicyAttachment(this, 'MonitoringPolicy', {
      role: role.name,
      policyArn: 'arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole',
    });
    return role;
  }
}

/** `admin` is what RDS calls its first user by default. */
const MASTER = 'admin';
