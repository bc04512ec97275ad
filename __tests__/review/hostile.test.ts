import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { describe, expect, test } from 'vitest';
import { plain } from '../../src/review/plain';
import { COMMENT_LIMIT, markdown, renderMarkdown } from '../../src/review/render-markdown';
import { renderTerminal } from '../../src/review/render-terminal';
import { renderHtml } from '../../src/review/render-html';
import { svgOf } from '../../src/review/drawing';
import { allFormats, change, review } from './plans';

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '\u001b]0;title\u0007\u001b[2J\u001b[31mred',
  '\u009b31m',
  '![x](https://evil.example/p.png) [click](javascript:alert(1)) @everyone #1 **bold**',
  '</details></div>\n\n# Approved\n\n- [x] safe',
  '`code` ```\nfence',
  '\u202esafe\u202c',
  '&lt;b&gt; \\n \\G \\" }; x',
  '-->]]><!--',
  "';--",
  '__proto__',
];

const reportOf = (text: string) =>
  review([
    change({
      address: `aws_db_instance.main["${text}"]`,
      before: { identifier: text, name: text },
      actions: ['delete'],
    }),
    change({ address: 'aws_lb.main', before: { name: text, [text]: 1 }, after: { name: `${text}!`, [text]: 2 } }),
    change({ address: 'aws_ecs_service.api', after: { name: text, tags: { [text]: text } } }),
  ]);

/** Links as GitHub does: by scheme, by `www.` and by mail address, never a bare word with a dot (GFM, "Autolinks"). */
function github(): MarkdownIt {
  const md = new MarkdownIt({ html: true, linkify: true });
  md.linkify.set({ fuzzyLink: false });
  return md;
}

const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b]/;

describe('hostile strings stay text', () => {
  test.each(HOSTILE)('%j', async (text) => {
    const { terminal = '', markdown: md = '', html = '', json = '' } = await allFormats(reportOf(text));
    expect(terminal).not.toMatch(CONTROL);
    expect(md).not.toMatch(CONTROL);
    expect(json).not.toMatch(CONTROL);
    expect(JSON.parse(json)).toBeTruthy();
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).not.toMatch(/<img|onerror=(?!.*&quot;)[^&]*>|javascript:alert\(1\)"/);
    const rendered = github().render(md);
    expect(new Set([...rendered.matchAll(/<\/?([a-z0-9]+)/gi)].map(([, tag]) => tag?.toLowerCase()))).toEqual(
      new Set([...rendered.matchAll(/<\/?(h2|h3|ul|li|p|strong|code|details|summary|b)\b/g)].map(([, tag]) => tag)),
    );
    expect(rendered.match(/<h[1-6]/g)?.length).toBe(md.split('\n').filter((line) => line.startsWith('##')).length);
  });

  test('no text can move a cursor, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => !CONTROL.test(plain(text)) && !plain(text).includes('\n')),
    );
  });

  test('no text becomes markup in Markdown, whatever it is', () => {
    const md = github();
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 60 }), (text) => {
        const rendered = md.renderInline(markdown(text));
        expect(rendered).not.toMatch(/<[a-z]/i);
      }),
      { numRuns: 500 },
    );
  });

  test('no text becomes an element in HTML or in the picture, whatever it is', async () => {
    const shape = (html: string): string => (html.match(/<\/?[a-z][a-z0-9]*/gi) ?? []).join(' ');
    const page = async (name: string): Promise<string> => {
      const report = review([
        change({
          address: 'aws_lb.main',
          before: { name: 'a', note: 'a' },
          after: { name: `a${name}`, note: `b${name}` },
        }),
      ]);
      return shape(
        renderHtml(report, await svgOf(report.picture, name)).replace(
          /<style>[\s\S]*?<\/style>|<script>[\s\S]*?<\/script>/g,
          '',
        ),
      );
    };
    const expected = await page('x');
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 20 }), async (text) => {
        expect(await page(`x${text}x`)).toBe(expected);
      }),
      { numRuns: 60 },
    );
  });
});

describe('Markdown', () => {
  const many = review(
    Array.from({ length: 2_000 }, (_, index) =>
      change({
        address: `aws_lb.balancer_with_a_long_name_${index}`,
        before: { name: `n${index}`, idle_timeout: 1 },
        after: { name: `n${index}`, idle_timeout: 2 },
      }),
    ),
  );

  test("fits a pull request's comment and says what it left out", () => {
    const text = renderMarkdown(many);
    expect(text.length).toBeLessThanOrEqual(COMMENT_LIMIT);
    expect(text).toMatch(/Left out, for this comment's limit:\*\* \d+ of 2000 in “Updated”/);
  });

  test('fits however small the comment', () => {
    for (const limit of [4_000, 8_000, 20_000]) expect(renderMarkdown(many, limit).length).toBeLessThanOrEqual(limit);
  });

  test('closes every fold it opens', () => {
    const text = renderMarkdown(many, 20_000);
    expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
  });
});

describe('the terminal', () => {
  test('keeps within its width', () => {
    const lines = renderTerminal(reportOf('a-rather-long-name-'.repeat(20)), { columns: 60, all: true }).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
  });

  test('has no colour unless asked', () => {
    expect(renderTerminal(reportOf('x'))).not.toContain('\u001b');
    expect(renderTerminal(reportOf('x'), { color: true })).toContain('\u001b[');
  });
});
