import { z } from 'zod';

/** Classes that are too small for Performance Insights with MySQL. Source: Amazon RDS User Guide, 2026. */
const WITHOUT_PERFORMANCE_INSIGHTS = /^db\.(t2|t3|t4g)\.(micro|small)$/;

/** RDS refuses growth by less than this share. Source: Amazon RDS User Guide, "Storage autoscaling", 2026. */
const MINIMUM_GROWTH = 1.1;
const MINIMUM_WINDOW_MINUTES = 30;
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const MINUTES = { day: 24 * 60, week: 7 * 24 * 60 };

/** The instance that a new environment has, and the only one that starts empty. */
const MAIN_INSTANCE = 'main';

/** At most this long, so that the longest workspace's identifier stays within RDS's 63 characters. */
const INSTANCE_MAX_LENGTH = 19;

const instanceName = z
  .string()
  .regex(
    new RegExp(`^(?=.{1,${INSTANCE_MAX_LENGTH}}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$`),
    `must be words of a-z and 0-9 joined by single hyphens, a letter first, at most ${INSTANCE_MAX_LENGTH} characters`,
  );

const instanceSchema = z.strictObject({
  /** The snapshot it starts from. Changing it replaces the instance: restore into a new one instead. */
  fromSnapshot: z
    .string()
    .regex(/^(arn:aws[a-z-]*:rds:\S+|(rds:)?[a-z][a-z0-9-]*)$/i, 'must be a snapshot’s identifier or ARN')
    .optional(),
  /** `false` on an instance that is to go next; otherwise that of all. */
  deletionProtection: z.boolean().optional(),
});

const time = '([01]\\d|2[0-3]):[0-5]\\d';
const day = '(mon|tue|wed|thu|fri|sat|sun)';

export const databaseSchema = z
  .strictObject({
    instanceClass: z.string().regex(/^db\.[a-z0-9]+\.[a-z0-9]+$/, 'must be an RDS instance class such as db.t3.micro'),
    storageGiB: z.int().min(20).max(65_536),
    /** How far storage may grow by itself: not at all when it equals `storageGiB`. */
    maxStorageGiB: z.int().min(20).max(65_536),
    multiAz: z.boolean(),
    backupRetentionDays: z.int().min(0).max(35),
    /** UTC. */
    backupWindow: z.string().regex(new RegExp(`^${time}-${time}$`), 'must be hh:mm-hh:mm (UTC)'),
    maintenanceWindow: z
      .string()
      .regex(new RegExp(`^${day}:${time}-${day}:${time}$`), 'must be ddd:hh:mm-ddd:hh:mm (UTC)'),
    /** Every instance there is; all alike but for what is said here. */
    instances: z.record(instanceName, instanceSchema),
    /** The one that the services use. */
    serving: z.string(),
    /** Whether RDS refuses to delete an instance, and keeps a last snapshot when it is deleted. */
    deletionProtection: z.boolean(),
    /** Whether changes wait for the maintenance window. */
    applyChanges: z.enum(['immediately', 'in-maintenance-window']),
    performanceInsights: z.boolean(),
    /** Seconds between two samples of the operating system's figures; 0 is off. */
    enhancedMonitoringSeconds: z.literal([0, 1, 5, 10, 15, 30, 60]),
    /** Whether RDS makes larger updates on a copy and switches over. */
    blueGreenUpdate: z.boolean(),
    /** Raise by one to rotate every password of the database. */
    passwordVersion: z.int().min(1),
    /** `verify` checks the server's certificate and name against the RDS roots; `encrypt` only encrypts. */
    tls: z.enum(['verify', 'encrypt']),
    /** Connections that one task keeps. */
    poolSize: z.int().min(1).max(64),
  })
  .superRefine((database, context) => {
    for (const { path, input, message } of instanceProblems(database)) {
      context.addIssue({ code: 'custom', path, input, message });
    }
    const { storageGiB, maxStorageGiB } = database;
    if (maxStorageGiB !== storageGiB && maxStorageGiB < storageGiB * MINIMUM_GROWTH) {
      context.addIssue({
        code: 'custom',
        path: ['maxStorageGiB'],
        input: maxStorageGiB,
        message: `must equal storageGiB ${storageGiB} or exceed it by a tenth: RDS refuses less`,
      });
    }
    const backups = windowMinutes(database.backupWindow);
    const maintenance = windowMinutes(database.maintenanceWindow);
    for (const [path, window] of [
      ['backupWindow', backups],
      ['maintenanceWindow', maintenance],
    ] as const) {
      if (window && window.length < MINIMUM_WINDOW_MINUTES) {
        context.addIssue({
          code: 'custom',
          path: [path],
          input: database[path],
          message: `must last at least ${MINIMUM_WINDOW_MINUTES} minutes`,
        });
      }
    }
    if (backups && maintenance && backups.length > 0 && maintenance.length > 0 && meet(backups, maintenance)) {
      context.addIssue({
        code: 'custom',
        path: ['maintenanceWindow'],
        input: database.maintenanceWindow,
        message: `must not overlap backupWindow ${database.backupWindow}: RDS refuses it`,
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

interface Instances {
  readonly instances: Readonly<Record<string, z.infer<typeof instanceSchema>>>;
  readonly serving: string;
  readonly deletionProtection: boolean;
}

interface Problem {
  readonly path: string[];
  readonly input: unknown;
  readonly message: string;
}

function instanceProblems({ instances, serving, deletionProtection }: Instances): Problem[] {
  const names = Object.keys(instances);
  const problems = names.flatMap((name): Problem[] => {
    const input = instances[name]?.fromSnapshot;
    const path = ['instances', name, 'fromSnapshot'];
    if (name === MAIN_INSTANCE && input !== undefined) {
      return [{ path, input, message: 'must not be given: main starts empty; restore into another instance' }];
    }
    if (name !== MAIN_INSTANCE && input === undefined) {
      return [{ path, input, message: 'must name a snapshot: only main starts empty' }];
    }
    return [];
  });
  if (!names.includes(serving)) {
    const known = names.length === 0 ? 'there are none' : `there are ${names.join(', ')}`;
    problems.push({ path: ['serving'], input: serving, message: `must name one of the instances: ${known}` });
  } else if (deletionProtection && instances[serving]?.deletionProtection === false) {
    problems.push({
      path: ['instances', serving, 'deletionProtection'],
      input: false,
      message: 'must not be false on the instance that serves',
    });
  }
  return problems;
}

/** A window in minutes since the week, or the day, began. */
interface Window {
  readonly start: number;
  readonly length: number;
  readonly period: number;
}

/** `undefined` when `text` is no window: that is a problem of its own. */
function windowMinutes(text: string): Window | undefined {
  const ends = text.split('-').map((end) => /^(?:([a-z]{3}):)?(\d\d):(\d\d)$/.exec(end));
  const [start, end] = ends.map((match) => {
    if (!match) return undefined;
    const [, dayName, hours, minutes] = match;
    return Math.max(DAYS.indexOf(dayName ?? 'mon'), 0) * MINUTES.day + Number(hours) * 60 + Number(minutes);
  });
  if (start === undefined || end === undefined) return undefined;
  const period = text.length > 'hh:mm-hh:mm'.length ? MINUTES.week : MINUTES.day;
  return { start, length: (end - start + period) % period, period };
}

/** Whether a daily and a weekly window have a minute in common. */
function meet(daily: Window, weekly: Window): boolean {
  // Before, within and after the week: a window may run past midnight of its last day.
  return Array.from({ length: 3 * 7 }, (_, index) => (index - 7) * MINUTES.day + daily.start).some(
    (start) => start < weekly.start + weekly.length && weekly.start < start + daily.length,
  );
}

export type DatabaseConfig = z.infer<typeof databaseSchema>;
