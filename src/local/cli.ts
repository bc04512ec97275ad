import { confirm } from '@inquirer/prompts';
import { Command } from 'commander';
import { reports } from '../config/datadog';
import { down } from './down';
import { logs } from './logs';
import { pageUrl } from './page';
import { run } from './run';
import { localSettings } from './settings';
import { status } from './status';
import { traces } from './traces';
import { up } from './up';

// The SDK announces its own schedule for Node versions at every start; package.json says ours.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const settings = () => localSettings(process.cwd(), process.env);

const program = new Command('npm run').description(
  'The platform on this machine; WORKSPACE names the copy (default: default)',
);

program
  .command('up')
  .description('bring the platform up, or up to date')
  .action(async () => {
    const chosen = settings();
    const started = Date.now();
    const changes = await up(chosen);
    const seconds = Math.round((Date.now() - started) / 1000);
    print(
      changes.length === 0 ? `\nNothing to change (${seconds} s).` : `\nDone in ${seconds} s: ${changes.join(', ')}.`,
    );
    if (reports(chosen.config.datadog)) print(`Datadog's agent reports to ${chosen.config.datadog.site}`);
    print(`Open ${pageUrl(chosen)}`);
  });

program
  .command('down')
  .description('remove the platform, after asking')
  .option('--yes', 'do not ask', false)
  .action(async ({ yes }: { yes: boolean }) => {
    const chosen = settings();
    const question = `Remove workspace ${chosen.workspace} from this machine, with its notes?`;
    if (!yes && !process.stdin.isTTY)
      throw new Error('down asks before it removes: run it in a terminal, or with --yes');
    if (!yes && !(await confirm({ message: question, default: false }))) return;
    await down(chosen);
  });

program
  .command('status')
  .description('show what runs')
  .action(async () => {
    print(await status(settings()));
  });

program
  .command('logs')
  .description('print the log of a service')
  .argument('<service>', 'frontend or backend')
  .option('-f, --follow', 'stay and print what comes', false)
  .action(async (service: string, { follow }: { follow: boolean }) => logs(settings(), { service, follow, print }));

program
  .command('traces')
  .description('show what the application told the test agent, or where Datadog shows it')
  .action(async () => {
    print(await traces(run, settings()));
  });

try {
  await program.parseAsync();
} catch (error) {
  // Steps that failed were shown as such; here comes the cause, once.
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
