import { SyntheticsTest, type SyntheticsTestConfig } from '@cdktf/provider-datadog/lib/synthetics-test';
import { Construct } from 'constructs';
import { tags, type AlertingProps } from './monitors';

export interface SyntheticsProps extends AlertingProps {
  /** The address that everybody can reach, such as `https://notes.example.com`, without a slash at its end. */
  readonly publicUrl: string;

  /** Where Datadog calls from. @default ['aws:us-east-1', 'aws:us-west-2'] */
  readonly locations?: readonly string[];

  /** @default 15 */
  readonly everyMinutes?: number;
}

const json = { 'content-type': 'application/json' };
const note = { title: 'Synthetic note', text: 'Written and deleted by a synthetic test.' };

/** Looks from outside, as a user would: does the page come, and can a note be written, read and deleted. */
export class Synthetics extends Construct {
  public constructor(scope: Construct, id: string, props: SyntheticsProps) {
    super(scope, id);
    const { publicUrl } = props;
    new SyntheticsTest(this, 'Page', {
      ...base(props, 'the page answers'),
      subtype: 'http',
      requestDefinition: { method: 'GET', url: `${publicUrl}/` },
      assertion: [
        { type: 'statusCode', operator: 'is', target: '200' },
        { type: 'header', property: 'content-type', operator: 'contains', target: 'text/html' },
        { type: 'responseTime', operator: 'lessThan', target: '4000' },
      ],
    });
    new SyntheticsTest(this, 'Note', {
      ...base(props, 'a note can be written, read and deleted'),
      subtype: 'multi',
      apiStep: [
        {
          name: 'create',
          subtype: 'http',
          requestDefinition: { method: 'POST', url: `${publicUrl}/api/create`, body: JSON.stringify(note) },
          requestHeaders: json,
          assertion: [{ type: 'statusCode', operator: 'is', target: '201' }],
          extractedValue: [{ name: 'NOTE_ID', type: 'http_body', parser: { type: 'json_path', value: '$.id' } }],
          isCritical: true,
        },
        {
          name: 'read',
          subtype: 'http',
          requestDefinition: { method: 'GET', url: `${publicUrl}/api/notes/{{ NOTE_ID }}` },
          assertion: [
            { type: 'statusCode', operator: 'is', target: '200' },
            {
              type: 'body',
              operator: 'validatesJSONPath',
              targetjsonpath: { jsonpath: '$.title', operator: 'is', targetvalue: note.title },
            },
          ],
          // A note that cannot be read is still deleted.
          allowFailure: true,
          isCritical: true,
        },
        {
          name: 'delete',
          subtype: 'http',
          requestDefinition: { method: 'DELETE', url: `${publicUrl}/api/notes/{{ NOTE_ID }}` },
          assertion: [{ type: 'statusCode', operator: 'is', target: '204' }],
          isCritical: true,
        },
      ],
    });
  }
}

function base(props: SyntheticsProps, title: string) {
  const { env, notify, runbooks, locations = ['aws:us-east-1', 'aws:us-west-2'], everyMinutes = 15 } = props;
  return {
    name: `[${env}] ${title}`,
    type: 'api',
    status: 'live',
    locations: [...locations].sort(),
    message: [
      `Seen from outside: ${title}, or not.`,
      '',
      `Runbook: ${runbooks}/synthetics.md`,
      '',
      notify.page.join(' '),
    ].join('\n'),
    tags: tags(env, 'synthetics'),
    optionsList: {
      tickEvery: everyMinutes * 60,
      minLocationFailed: locations.length,
      retry: { count: 2, interval: 1000 },
      monitorPriority: 1,
      monitorOptions: { renotifyInterval: 60 },
    },
  } satisfies Omit<SyntheticsTestConfig, 'subtype'>;
}
