import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import type { IAspect } from 'cdktf';
import type { IConstruct } from 'constructs';

/** Holds every role below a scope to one policy: the pipeline may create roles only so. */
export class PermissionsBoundary implements IAspect {
  public constructor(private readonly policyArn: string) {}

  public visit(node: IConstruct): void {
    if (node instanceof IamRole) node.permissionsBoundary = this.policyArn;
  }
}
