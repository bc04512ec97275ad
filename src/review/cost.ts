import { configAddress, key, type Change, type References } from './model';
import { BY_USE, DATABASE_HOURLY, FREE, HOURLY, MONTHLY, PRICE_LIST } from './prices';
import { matches } from './resource-types';
import { field, isList, number, text, type Value } from './value';

export interface CostLine {
  readonly address: string;
  readonly what: string;
  readonly before: number;
  readonly after: number;
}

export interface Cost {
  /** US dollars a month for what has a fixed price; undefined: nothing in these plans has one. */
  readonly total?: { readonly before: number; readonly after: number };
  /** Lines that change, dearest first. */
  readonly lines: readonly CostLine[];
  readonly byUse: readonly string[];
  /** Has or may have a price, and is not in the table. */
  readonly unpriced: readonly string[];
  readonly priceList: { readonly region: string; readonly asOf: string; readonly source: string };
  /** Set when the plan is for another region than the prices. */
  readonly otherRegion?: string;
}

interface Priced {
  readonly what: string;
  readonly amount: number;
}
type Price = Priced | 'unpriced' | 'free';

type Lookup = (service: Change, side: 'before' | 'after') => Value | undefined;

/** What the fixed parts cost a month, before and after, from every resource of the plans: unchanged ones too. */
export function costOf(changes: readonly Change[], references: References): Cost {
  const resources = changes.filter(({ managed, deposed, action }) => managed && !deposed && action !== 'read');
  const tasks = taskLookup(resources, references);
  const priced = resources.map((change) => ({
    change,
    before: change.before === null ? 'free' : priceOf(change, 'before', tasks),
    after: change.action === 'delete' || change.action === 'forget' ? 'free' : priceOf(change, 'after', tasks),
  }));
  const lines = priced.flatMap(({ change, before, after }): CostLine[] => {
    // One known side and one unknown would show a saving that is none.
    if (before === 'unpriced' || after === 'unpriced' || (before === 'free' && after === 'free')) return [];
    const old = before === 'free' ? 0 : before.amount;
    const young = after === 'free' ? 0 : after.amount;
    const what = after === 'free' ? (before === 'free' ? '' : before.what) : after.what;
    return [{ address: change.address, what, before: old, after: young }];
  });
  const unpriced = priced
    .filter(({ before, after }) => before === 'unpriced' || after === 'unpriced')
    .map(({ change }) => change);
  const region = regionOf(resources);
  return {
    ...(lines.length === 0
      ? {}
      : { total: { before: sum(lines.map(({ before }) => before)), after: sum(lines.map(({ after }) => after)) } }),
    lines: lines
      .filter(({ before, after }) => Math.abs(after - before) >= 0.005)
      .sort((a, b) => Math.abs(b.after - b.before) - Math.abs(a.after - a.before)),
    byUse: BY_USE.filter(([type]) => resources.some((change) => matches(type, change.type))).map(([, what]) => what),
    unpriced: [...new Set(unpriced.map(({ type }) => type))].map((type) => {
      const addresses = unpriced.filter((change) => change.type === type).map(({ address }) => address);
      return addresses.length === 1 ? (addresses[0] ?? type) : `${type} (${addresses.length})`;
    }),
    priceList: { region: PRICE_LIST.region, asOf: PRICE_LIST.asOf, source: PRICE_LIST.source },
    ...(region === undefined || region === PRICE_LIST.region ? {} : { otherRegion: region }),
  };
}

function priceOf(change: Change, side: 'before' | 'after', tasks: Lookup): Price {
  const state = change[side];
  const of = (...path: (string | number)[]): Value | undefined => field(state, ...path);
  switch (change.type) {
    case 'aws_nat_gateway':
      return hourly('NAT gateway', HOURLY.natGateway);
    case 'aws_eip':
      return hourly('public address', HOURLY.publicAddress);
    case 'aws_lb':
    case 'aws_alb': {
      const subnets = of('subnets');
      const addresses = of('internal') === true || !isList(subnets) ? 0 : subnets.length;
      const what = addresses === 0 ? 'load balancer' : `load balancer and ${addresses} public addresses`;
      return hourly(what, HOURLY.loadBalancer + addresses * HOURLY.publicAddress);
    }
    case 'aws_vpc_endpoint': {
      if (text(of('vpc_endpoint_type')) !== 'Interface') return 'free';
      const subnets = of('subnet_ids');
      return isList(subnets)
        ? hourly(`interface endpoint in ${subnets.length} zones`, HOURLY.interfaceEndpoint * subnets.length)
        : 'unpriced';
    }
    case 'aws_ecs_service':
      return fargate(state, tasks(change, side));
    case 'aws_db_instance':
      return database(state);
    case 'aws_wafv2_web_acl': {
      const rules = of('rule');
      const count = isList(rules) ? rules.length : 0;
      return { what: `web firewall with ${count} rules`, amount: MONTHLY.webAcl + count * MONTHLY.webAclRule };
    }
    case 'aws_kms_key':
      return { what: 'encryption key', amount: MONTHLY.kmsKey };
    case 'aws_secretsmanager_secret':
      return { what: 'secret', amount: MONTHLY.secret };
    case 'aws_cloudwatch_metric_alarm':
      return { what: 'alarm', amount: MONTHLY.alarm };
    case 'aws_route53_zone':
      return { what: 'DNS zone', amount: MONTHLY.dnsZone };
    case 'aws_ssm_parameter':
      return text(of('tier')) === 'Advanced'
        ? { what: 'advanced parameter', amount: MONTHLY.advancedParameter }
        : 'free';
    default:
      return [...FREE, ...BY_USE.map(([type]) => type)].some((type) => matches(type, change.type))
        ? 'free'
        : 'unpriced';
  }
}

function hourly(what: string, amount: number): Priced {
  return { what, amount: amount * PRICE_LIST.hoursPerMonth };
}

function fargate(service: Value, task: Value | undefined): Price {
  const launch = text(field(service, 'launch_type'));
  const strategy = field(service, 'capacity_provider_strategy');
  // Spot prices move; machines of one's own are billed as machines.
  if (
    launch === 'EC2' ||
    (isList(strategy) && strategy.some((item) => text(field(item, 'capacity_provider')) !== 'FARGATE'))
  )
    return 'unpriced';
  const count = number(field(service, 'desired_count'));
  const cpu = number(field(task, 'cpu'));
  const memory = number(field(task, 'memory'));
  if (count === undefined || cpu === undefined || memory === undefined) return 'unpriced';
  const architecture = text(field(task, 'runtime_platform', 0, 'cpu_architecture')) === 'ARM64' ? 'ARM64' : 'X86_64';
  const each = (cpu / 1024) * HOURLY.fargateVcpu[architecture] + (memory / 1024) * HOURLY.fargateGigabyte[architecture];
  const open = field(service, 'network_configuration', 0, 'assign_public_ip') === true ? HOURLY.publicAddress : 0;
  return hourly(`${count} Fargate tasks of ${cpu / 1024} vCPU and ${memory / 1024} GB`, count * (each + open));
}

function database(state: Value): Price {
  const size = text(field(state, 'instance_class')) ?? '';
  const engine = text(field(state, 'engine'));
  const each = Object.hasOwn(DATABASE_HOURLY, size) ? DATABASE_HOURLY[size] : undefined;
  const storage = text(field(state, 'storage_type')) ?? 'gp2';
  const perGigabyte = Object.hasOwn(MONTHLY.databaseGigabyte, storage) ? MONTHLY.databaseGigabyte[storage] : undefined;
  const gigabytes = number(field(state, 'allocated_storage'));
  if (
    each === undefined ||
    perGigabyte === undefined ||
    gigabytes === undefined ||
    (engine !== 'mysql' && engine !== 'mariadb')
  )
    return 'unpriced';
  const zones = field(state, 'multi_az') === true ? 2 : 1;
  return {
    what: `${size}${zones === 2 ? ' with a standby' : ''} and ${gigabytes} GB`,
    amount: zones * (each * PRICE_LIST.hoursPerMonth + gigabytes * perGigabyte),
  };
}

/** The task definition a service runs: by the configuration's reference, else by its ARN. */
function taskLookup(changes: readonly Change[], references: References): Lookup {
  const definitions = changes.filter(({ type }) => type === 'aws_ecs_task_definition');
  return (service, side) => {
    const named = (references.get(key(service.stack, configAddress(service.address))) ?? [])
      .filter(({ argument }) => argument === 'task_definition')
      .map(({ address }) => address);
    const arn = text(field(service[side], 'task_definition'));
    const found = definitions.find(
      (definition) =>
        definition.stack === service.stack &&
        (named.includes(configAddress(definition.address)) ||
          (arn !== undefined && arn === text(field(definition.before, 'arn')))),
    );
    return found?.[side] ?? undefined;
  };
}

function regionOf(changes: readonly Change[]): string | undefined {
  for (const { before, after } of changes) {
    for (const state of [after, before]) {
      const zone = text(field(state, 'availability_zone'));
      const arn = text(field(state, 'arn'));
      const region =
        /^([a-z]{2}(?:-[a-z]+)+-\d)[a-z]?$/.exec(zone ?? '')?.[1] ??
        /^arn:aws[\w-]*:[\w-]+:([a-z]{2}(?:-[a-z]+)+-\d):/.exec(arn ?? '')?.[1];
      if (region !== undefined) return region;
    }
  }
  return undefined;
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
