import type { Report } from './report';

/** The report as data, for programs. Characters that a terminal would obey are escaped. */
export function renderJson(report: Report): string {
  return `${JSON.stringify(report, undefined, 2).replace(/[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}
