import { RumApplication } from '@cdktf/provider-datadog/lib/rum-application';
import { RumMetric } from '@cdktf/provider-datadog/lib/rum-metric';
import { Construct } from 'constructs';
import type { Queries } from './queries';
import { browserService } from './watched';

export interface RumProps {
  readonly name: string;
  readonly queries: Queries;
  readonly pageLoadSeconds: number;
}

/** The browser application: registers it, and counts its page views for the page-load objective. */
export class Rum extends Construct {
  public readonly applicationId: string;
  /** Public by design: it ships in every page. */
  public readonly clientToken: string;
  /** Metrics, ready for an SLO. */
  public readonly pageViews: string;
  public readonly fastPageViews: string;

  public constructor(scope: Construct, id: string, props: RumProps) {
    super(scope, id);
    const application = new RumApplication(this, 'Application', {
      name: props.name,
      type: 'browser',
      // Both states are computed when absent, and an answer without them fails the apply.
      rumEventProcessingState: 'ALL',
      productAnalyticsRetentionState: 'NONE',
    });
    this.applicationId = application.id;
    this.clientToken = application.clientToken;

    // Datadog keeps durations of the browser in nanoseconds.
    const limit = Math.round(props.pageLoadSeconds * 1e9);
    const name = `${browserService}.${props.name.replaceAll('-', '_')}`;
    this.pageViews = this.viewCount('PageViews', `${name}.page_views`, props.queries.browser('view'));
    this.fastPageViews = this.viewCount(
      'FastPageViews',
      `${name}.page_views_fast`,
      props.queries.browser('view', `@view.largest_contentful_paint:<${limit}`),
    );
  }

  private viewCount(id: string, name: string, query: string): string {
    new RumMetric(this, id, {
      name,
      eventType: 'view',
      compute: { aggregationType: 'count' },
      filter: { query },
      // The largest paint is known when the view is complete, not when it is first seen.
      uniqueness: { when: 'end' },
    });
    return `sum:${name}{*}.as_count()`;
  }
}
