// `npx tsx src/datadog/cli.ts` redraws the picture of the dashboard in docs/.
import { writeFileSync } from 'node:fs';
import { dashboardBody } from './dashboard';
import { exampleDashboard } from './example';
import { layoutPicture } from './layout-picture';

const file = new URL('../../docs/dashboard.svg', import.meta.url);
writeFileSync(file, layoutPicture(dashboardBody(exampleDashboard())));
console.log('drew docs/dashboard.svg');
