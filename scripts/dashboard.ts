// `npm run dashboard` draws the picture of the dashboard in docs/ again.
import { writeFileSync } from 'node:fs';
import { layoutPicture } from '../src/datadog/layout-picture';
import { productionDashboard } from '../src/stacks/dashboard-picture';

const file = new URL('../docs/dashboard.svg', import.meta.url);
writeFileSync(file, layoutPicture(productionDashboard()));
console.log('drew docs/dashboard.svg');
