import { z } from 'zod';
import { FARGATE_MEMORY_MIB } from './fargate-sizes';

const percent = z.int().min(1).max(100);

const scheduleSchema = z.strictObject({
  /** When, in the words of Application Auto Scaling: `cron(0 22 * * ? *)`. */
  schedule: z
    .string()
    .refine(
      isSchedule,
      'must be cron(minutes hours days months weekdays years), rate(n unit) or at(yyyy-mm-ddThh:mm:ss)',
    ),
  timezone: z.string().refine(isTimezone, 'must be a time zone such as Europe/Berlin'),
  minTasks: z.int().min(0),
  maxTasks: z.int().min(0),
});

export const serviceSchema = z
  .strictObject({
    /** CPU units: 1024 are one vCPU. */
    cpu: z.int(),
    memoryMiB: z.int(),
    architecture: z.enum(['x86_64', 'arm64']),
    /** How many tasks run: between `min` and `max`, `desired` at first. */
    tasks: z.strictObject({ min: z.int().min(0), max: z.int().min(1), desired: z.int().min(0) }),
    /** Seconds between two health checks, by ECS and by the load balancer. */
    healthCheckSeconds: z.int().min(5).max(300),
    /** What autoscaling keeps near: percent of the task's CPU and memory, requests a minute and target. */
    scaleOn: z.strictObject({
      cpuPercent: percent,
      memoryPercent: percent,
      requestsPerTarget: z.int().min(1).optional(),
    }),
    schedules: z.record(z.string().regex(/^[a-z][a-z-]*$/, 'must be a-z and -'), scheduleSchema),
    /** Share of tasks that run on Fargate Spot, in percent; Spot tasks may be stopped at two minutes' notice. */
    spotPercent: z.int().min(0).max(100),
    /** `quick` stops old tasks before the new ones serve; `safe` never serves with fewer tasks than desired. */
    rollout: z.enum(['safe', 'quick']),
    /** Whether `aws ecs execute-command` may open a shell in a task. */
    exec: z.enum(['off', 'on']),
  })
  .superRefine((service, context) => {
    const issue = (path: (string | number)[], input: unknown, message: string): void => {
      context.addIssue({ code: 'custom', path, input, message });
    };
    const sizes = FARGATE_MEMORY_MIB[service.cpu];
    if (sizes === undefined) {
      issue(['cpu'], service.cpu, `must be one of ${Object.keys(FARGATE_MEMORY_MIB).join(', ')}`);
    } else if (!sizes.includes(service.memoryMiB)) {
      issue(['memoryMiB'], service.memoryMiB, `must be one of ${sizes.join(', ')} with cpu ${service.cpu}`);
    }
    const { min, max, desired } = service.tasks;
    if (min > max) issue(['tasks', 'min'], min, `must not be greater than tasks.max ${max}`);
    if (desired < min || desired > max)
      issue(['tasks', 'desired'], desired, `must be between tasks.min ${min} and tasks.max ${max}`);
    for (const [name, schedule] of Object.entries(service.schedules)) {
      if (schedule.minTasks > schedule.maxTasks) {
        issue(
          ['schedules', name, 'minTasks'],
          schedule.minTasks,
          `must not be greater than maxTasks ${schedule.maxTasks}`,
        );
      }
    }
  });

/** Six fields, and either the days of the month or of the week are `?`: AWS refuses both and neither. */
function isSchedule(text: string): boolean {
  const [, form, fields = ''] = /^(cron|rate|at)\((.+)\)$/.exec(text) ?? [];
  switch (form) {
    case 'cron': {
      const words = fields.split(' ');
      return (
        words.length === 6 &&
        words.every((word) => /^[0-9A-Z*?,/#LW-]+$/.test(word)) &&
        (words[2] === '?') !== (words[4] === '?')
      );
    }
    case 'rate':
      return /^[1-9]\d* (minute|hour|day)s?$/.test(fields);
    case 'at':
      return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(fields) && !Number.isNaN(Date.parse(`${fields}Z`));
    case undefined:
    default:
      return false;
  }
}

function isTimezone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

export type ServiceConfig = z.infer<typeof serviceSchema>;
