import { configAddress, key, type Change, type References } from './model';
import { BY_USE, DATABASE_HOURLY, FREE, HOURLY, MONTHLY, PRICE_LIST, type Price, type Source } from './prices';
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
  /** Where the prices of the lines that change are from; when none does, those of all. */
  readonly priceList: { readonly region: string; readonly asOf: string; readonly sources: readonly Source[] };
  /** Set when the plan is for another region than the prices. */
  readonly otherRegion?: string;
}

interface Priced {
  readonly what: string;
  readonly amount: number;
  readonly sources: readonly Source[];
}
type Pricing = Priced | 'unpriced' | 'free';

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
  const changing = priced.filter(({ before, after }) => amountOf(before) !== amountOf(after));
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
    priceList: {
      region: PRICE_LIST.region,
      asOf: PRICE_LIST.asOf,
      sources: sourcesOf(changing.length > 0 ? changing : priced),
    },
    ...(region === undefined || region === PRICE_LIST.region ? {} : { otherRegion: region }),
  };
}

function priceOf(change: Change, side: 'before' | 'after', tasks: Lookup): Pricing {
  const state = change[side];
  const of = (...path: (string | number)[]): Value | undefined => field(state, ...path);
  switch (change.type) {
    case 'aws_nat_gateway':
      return hourly('NAT gateway', [1, HOURLY.natGateway]);
    case 'aws_eip':
      return hourly('public address', [1, HOURLY.publicAddress]);
    case 'aws_lb':
    case 'aws_alb': {
      if (text(of('load_balancer_type')) === 'gateway') return 'unpriced';
      const subnets = of('subnets');
      const addresses = of('internal') === true || !isList(subnets) ? 0 : subnets.length;
      const what = addresses === 0 ? 'load balancer' : `load balancer and ${addresses} public addresses`;
      return hourly(what, [1, HOURLY.loadBalancer], [addresses, HOURLY.publicAddress]);
    }
    case 'aws_vpc_endpoint': {
      if (text(of('vpc_endpoint_type')) !== 'Interface') return 'free';
      const subnets = of('subnet_ids');
      return isList(subnets)
        ? hourly(`interface endpoint in ${subnets.length} zones`, [subnets.length, HOURLY.interfaceEndpoint])
        : 'unpriced';
    }
    case 'aws_ecs_service':
      return fargate(state, tasks(change, side));
    case 'aws_db_instance':
      return database(state);
    case 'aws_wafv2_web_acl': {
      const rules = of('rule');
      const count = isList(rules) ? rules.length : 0;
      return monthly(`web firewall with ${count} rules`, [1, MONTHLY.webAcl], [count, MONTHLY.webAclRule]);
    }
    case 'aws_kms_key':
      return monthly('encryption key', [1, MONTHLY.kmsKey]);
    case 'aws_secretsmanager_secret':
      return monthly('secret', [1, MONTHLY.secret]);
    case 'aws_cloudwatch_metric_alarm':
      return alarm(state);
    case 'aws_route53_zone':
      return monthly('DNS zone', [1, MONTHLY.dnsZone]);
    case 'aws_ssm_parameter':
      return text(of('tier')) === 'Advanced' ? monthly('advanced parameter', [1, MONTHLY.advancedParameter]) : 'free';
    default:
      return [...FREE, ...BY_USE.map(([type]) => type)].some((type) => matches(type, change.type))
        ? 'free'
        : 'unpriced';
  }
}

type Part = readonly [count: number, price: Price];

function monthly(what: string, ...parts: readonly Part[]): Priced {
  const used = parts.filter(([count]) => count > 0);
  return {
    what,
    amount: sum(used.map(([count, { usd }]) => count * usd)),
    sources: used.flatMap(([, { sources }]) => sources),
  };
}

function hourly(what: string, ...parts: readonly Part[]): Priced {
  return monthly(what, ...parts.map(([count, price]): Part => [count * PRICE_LIST.hoursPerMonth, price]));
}

/** Seconds and several metrics cost more, at prices that are not in the table. */
function alarm(state: Value): Pricing {
  const queries = field(state, 'metric_query');
  if ((number(field(state, 'period')) ?? 60) < 60 || (isList(queries) && queries.length > 0)) return 'unpriced';
  return monthly('alarm', [1, MONTHLY.alarm]);
}

function fargate(service: Value, task: Value | undefined): Pricing {
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
  const addresses = field(service, 'network_configuration', 0, 'assign_public_ip') === true ? count : 0;
  return hourly(
    `${count} Fargate tasks of ${cpu / 1024} vCPU and ${memory / 1024} GB`,
    [(count * cpu) / 1024, HOURLY.fargateVcpu[architecture]],
    [(count * memory) / 1024, HOURLY.fargateGigabyte[architecture]],
    [addresses, HOURLY.publicAddress],
  );
}

function database(state: Value): Pricing {
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
  return monthly(
    `${size}${zones === 2 ? ' with a standby' : ''} and ${gigabytes} GB`,
    [zones * PRICE_LIST.hoursPerMonth, each],
    [zones * gigabytes, perGigabyte],
  );
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

function sourcesOf(changes: readonly { readonly before: Pricing; readonly after: Pricing }[]): Source[] {
  const used = changes
    .flatMap(({ before, after }) => [before, after])
    .flatMap((pricing) => (typeof pricing === 'string' ? [] : pricing.sources));
  return [...new Set(used)].sort((a, b) => a.page.localeCompare(b.page));
}

function amountOf(pricing: Pricing): number {
  return typeof pricing === 'string' ? 0 : pricing.amount;
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
