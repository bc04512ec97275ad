import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
const help = readFileSync(path.join(root, 'help'), 'utf8');
const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
const listed = [...help.matchAll(/^ {2}npm run (\S+) +(\S.*)$/gm)].map(([, name]) => name);

test('help lists every command that exists, once, with a line each', () => {
  expect([...listed].sort()).toEqual(Object.keys(scripts).sort());
});

test('no line of help is wider than a terminal of 120 columns', () => {
  expect(help.split('\n').filter((line) => line.length > 120)).toEqual([]);
});

test.each(['README.md', 'CONTRIBUTING.md', 'docs/deploying.md', 'docs/review.md'])(
  '%s names only commands that exist',
  (file) => {
    const text = readFileSync(path.join(root, file), 'utf8');
    const named = [...text.matchAll(/npm run ([a-z][a-z:]*)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  },
);

test.each(['README.md', 'CONTRIBUTING.md'])('every link of %s leads to a file', (file) => {
  const text = readFileSync(path.join(root, file), 'utf8');
  const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = '']) => link);
  const broken = links.filter((link) => {
    try {
      readFileSync(path.join(root, link));
      return false;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code !== 'EISDIR';
    }
  });
  expect(broken).toEqual([]);
});
