// `npm run differences` writes the README's table of what the local platform leaves out or does otherwise.
import { readFileSync, writeFileSync } from 'node:fs';
import { localDifferences } from '../src/local/differences';
import { withTable } from '../src/local/readme';
import { differencesTable } from '../src/local/reasons';

const file = new URL('../README.md', import.meta.url);
writeFileSync(file, withTable(readFileSync(file, 'utf8'), differencesTable(localDifferences(process.cwd()))));
console.log('wrote the table of differences in README.md');
