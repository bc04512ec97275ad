import { DbInstance } from '@cdktf/provider-aws/lib/db-instance';
import type { Construct } from 'constructs';
import { DatabaseLogs } from './database-logs';
import type { EncryptionKey } from './encryption-key';

/** One RDS instance of a `Database`, with every default resolved there. */
export interface InstanceProps {
  readonly identifier: string;

  /** The snapshot that it starts from. @default - it starts empty */
  readonly fromSnapshot?: string;
  readonly deletionProtection: boolean;

  /** Whether RDS takes one more snapshot when it goes. */
  readonly lastSnapshot: boolean;
  readonly key: EncryptionKey;
  readonly logsKey: EncryptionKey;
  readonly logsRetentionDays: number;
  readonly instanceClass: string;
  readonly storageGiB: number;
  readonly maxStorageGiB: number;
  readonly multiAz: boolean;
  readonly backupRetentionDays: number;
  readonly backupWindow: string;
  readonly maintenanceWindow: string;
  readonly applyChanges: 'immediately' | 'in-maintenance-window';
  readonly performanceInsights: boolean;
  readonly enhancedMonitoringSeconds: number;
  readonly blueGreenUpdate: boolean;

  /** What an empty one begins with. */
  readonly schema: string;
  readonly masterUsername: string;

  /** A reference to an ephemeral value. */
  readonly masterPassword: string;
  readonly passwordVersion: number;
  readonly port: number;
  readonly subnetGroupName: string;
  readonly parameterGroupName: string;
  readonly securityGroupId: string;

  /** @default - the operating system's figures are not sampled */
  readonly monitoringRoleArn?: string;
}

/** The instance, and the log groups of its exports. */
export function databaseInstance(scope: Construct, props: InstanceProps): DbInstance {
  const { identifier, fromSnapshot, performanceInsights } = props;
  const logs = new DatabaseLogs(scope, 'Logs', {
    identifier,
    retentionDays: props.logsRetentionDays,
    key: props.logsKey,
  });
  return new DbInstance(scope, 'Instance', {
    identifier,
    engine: 'mysql',
    engineVersion: '8.4',
    instanceClass: props.instanceClass,
    allocatedStorage: props.storageGiB,
    // Equal sizes mean no growth, which RDS calls by leaving the limit out.
    ...(props.maxStorageGiB > props.storageGiB && { maxAllocatedStorage: props.maxStorageGiB }),
    storageType: 'gp3',
    storageEncrypted: true,
    kmsKeyId: props.key.arn,
    // A restored instance has the schema and the user of its snapshot; RDS refuses other names.
    ...(fromSnapshot === undefined
      ? { dbName: props.schema, username: props.masterUsername }
      : { snapshotIdentifier: fromSnapshot }),
    passwordWo: props.masterPassword,
    passwordWoVersion: props.passwordVersion,
    port: props.port,
    dbSubnetGroupName: props.subnetGroupName,
    parameterGroupName: props.parameterGroupName,
    vpcSecurityGroupIds: [props.securityGroupId],
    publiclyAccessible: false,
    multiAz: props.multiAz,
    caCertIdentifier: 'rds-ca-rsa2048-g1',
    backupRetentionPeriod: props.backupRetentionDays,
    backupWindow: props.backupWindow,
    maintenanceWindow: props.maintenanceWindow,
    copyTagsToSnapshot: true,
    deletionProtection: props.deletionProtection,
    skipFinalSnapshot: !props.lastSnapshot,
    ...(props.lastSnapshot && { finalSnapshotIdentifier: `${identifier}-final` }),
    autoMinorVersionUpgrade: true,
    applyImmediately: props.applyChanges === 'immediately',
    enabledCloudwatchLogsExports: [...DatabaseLogs.TYPES],
    performanceInsightsEnabled: performanceInsights,
    ...(performanceInsights && { performanceInsightsKmsKeyId: props.key.arn, performanceInsightsRetentionPeriod: 7 }),
    monitoringInterval: props.enhancedMonitoringSeconds,
    ...(props.monitoringRoleArn !== undefined && { monitoringRoleArn: props.monitoringRoleArn }),
    ...(props.blueGreenUpdate && { blueGreenUpdate: { enabled: true } }),
    // RDS makes log groups itself, without retention or key, unless they exist first.
    dependsOn: logs.resources,
    // RDS refuses to delete it; this says so before anything was changed.
    ...(props.deletionProtection && { lifecycle: { preventDestroy: true } }),
  });
}
