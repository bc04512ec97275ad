import { z } from 'zod';

/** Classes that are too small for Performance Insights with MySQL. Source: Amazon RDS User Guide, 2026. */
const WITHOUT_PERFORMANCE_INSIGHTS = /^db\.(t2|t3|t4g)\.(micro|small)$/;

const time = '([01]\\d|2[0-3]):[0-5]\\d';
const day = '(mon|tue|wed|thu|fri|sat|sun)';

export const databaseSchema = z
  .strictObject({
    instanceClass: z.string().regex(/^db\.[a-z0-9]+\.[a-z0-9]+$/, 'must be an RDS instance class such as db.t3.micro'),
    storageGiB: z.int().min(20).max(65_536),
    /** How far storage may grow by itself. */
    maxStorageGiB: z.int().min(20).max(65_536),
    multiAz: z.boolean(),
    backupRetentionDays: z.int().min(0).max(35),
    /** UTC. */
    backupWindow: z.string().regex(new RegExp(`^${time}-${time}$`), 'must be hh:mm-hh:mm (UTC)'),
    maintenanceWindow: z
      .string()
      .regex(new RegExp(`^${day}:${time}-${day}:${time}$`), 'must be ddd:hh:mm-ddd:hh:mm (UTC)'),
    /** Whether RDS refuses to delete the instance, and keeps a last snapshot when it is deleted. */
    deletionProtection: z.boolean(),
    /** Whether changes wait for the maintenance window. */
    applyChanges: z.enum(['immediately', 'in-maintenance-window']),
    performanceInsights: z.boolean(),
    /** Seconds between two samples of the operating system's figures; 0 is off. */
    enhancedMonitoringSeconds: z.literal([0, 1, 5, 10, 15, 30, 60]),
    /** Whether RDS makes larger updates on a copy and switches over. */
    blueGreenUpdate: z.boolean(),
    /** A snapshot to start from; changing it replaces the instance. */
    restoreFromSnapshot: z.string().min(1).optional(),
    /** Raise by one to rotate every password of the database. */
    passwordVersion: z.int().min(1),
    /** `verify` checks the server's certificate and name against the RDS roots; `encrypt` only encrypts. */
    tls: z.enum(['verify', 'encrypt']),
    /** Connections that one task keeps. */
    poolSize: z.int().min(1).max(100),
  })
  .superRefine((database, context) => {
    if (database.maxStorageGiB < database.storageGiB) {
      context.addIssue({
        code: 'custom',
        path: ['maxStorageGiB'],
        input: database.maxStorageGiB,
        message: `must not be less than storageGiB ${database.storageGiB}`,
      });
    }
    if (database.performanceInsights && WITHOUT_PERFORMANCE_INSIGHTS.test(database.instanceClass)) {
      context.addIssue({
        code: 'custom',
        path: ['performanceInsights'],
        input: database.performanceInsights,
        message: `must be false with ${database.instanceClass}: the class has no Performance Insights for MySQL`,
      });
    }
    if (database.blueGreenUpdate && database.backupRetentionDays === 0) {
      context.addIssue({
        code: 'custom',
        path: ['blueGreenUpdate'],
        input: database.blueGreenUpdate,
        message: 'must be false when backupRetentionDays is 0: RDS copies from backups',
      });
    }
  });

export type DatabaseConfig = z.infer<typeof databaseSchema>;
