/**
 * One value in SSM Parameter Store, as an address: what it holds never reaches a plan or a state.
 *
 * ECS takes `arn` in `secrets[].valueFrom`; programs ask for `name`.
 */
export interface Parameter {
  readonly name: string;
  readonly arn: string;
}
