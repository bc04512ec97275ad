import { BudgetsBudget } from '@cdktf/provider-aws/lib/budgets-budget';
import { Construct } from 'constructs';

export interface BudgetProps {
  readonly name: string;

  /** US dollars a month. */
  readonly usd: number;

  /** What is counted: resources with this tag, once it is activated as a cost allocation tag. */
  readonly tag: { readonly key: string; readonly value: string };

  /** E-mail addresses, at most 10. */
  readonly notify: readonly string[];
}

/** A mail when a month has cost 80 % of the limit, and one when it is expected to end above it. */
export class Budget extends Construct {
  public constructor(scope: Construct, id: string, { name, usd, tag, notify }: BudgetProps) {
    super(scope, id);
    const mail = { comparisonOperator: 'GREATER_THAN', thresholdType: 'PERCENTAGE' };
    new BudgetsBudget(this, 'Budget', {
      name,
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      limitAmount: String(usd),
      limitUnit: 'USD',
      // The form of the Budgets API: user-defined tags as `user:<key>$<value>`.
      costFilter: [{ name: 'TagKeyValue', values: [`user:${tag.key}$${tag.value}`] }],
      notification: [
        { ...mail, notificationType: 'ACTUAL', threshold: 80, subscriberEmailAddresses: [...notify] },
        { ...mail, notificationType: 'FORECASTED', threshold: 100, subscriberEmailAddresses: [...notify] },
      ],
    });
  }
}
