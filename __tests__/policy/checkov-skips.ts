/** A check of checkov's that we accept as failed, somewhere: one line each. */
export interface Skip {
  readonly id: string;

  /** Matches `<stack>/<type>.<id>`. */
  readonly resource: RegExp;
  readonly reason: string;

  /** The role that answers for it. */
  readonly acceptedBy: Role;
}

/**
 * Who accepts a risk. These are roles of an example and nobody's signature: whoever deploys reads every line below, and
 * puts people or teams of their own here, which then show in reviews of this file.
 */
export const ROLES = { platform: 'owner of the platform', security: 'owner of security' } as const;
export type Role = (typeof ROLES)[keyof typeof ROLES];
const { platform, security } = ROLES;

/* prettier-ignore */
export const SKIPS: readonly Skip[] = [
  { id: 'CKV_AWS_2', resource: /BackendBalancer_Http/, acceptedBy: security, reason: 'inside the VPC; only the frontend’s tasks reach it' },
  { id: 'CKV_AWS_2', resource: /FrontendBalancer_Http_/, acceptedBy: security, reason: 'without a domain there is no certificate; edge.domain turns HTTPS on' },
  { id: 'CKV_AWS_103', resource: /BackendBalancer_Http/, acceptedBy: security, reason: 'inside the VPC; only the frontend’s tasks reach it' },
  { id: 'CKV_AWS_103', resource: /FrontendBalancer_Http_/, acceptedBy: security, reason: 'without a domain there is no certificate; edge.domain turns HTTPS on' },
  { id: 'CKV2_AWS_20', resource: /BackendBalancer_/, acceptedBy: security, reason: 'inside the VPC; only the frontend’s tasks reach it' },
  { id: 'CKV2_AWS_20', resource: /FrontendBalancer_/, acceptedBy: security, reason: 'without a domain there is nothing to redirect to; edge.domain turns HTTPS on' },
  { id: 'CKV_AWS_378', resource: /Balancer_Targets/, acceptedBy: security, reason: 'TLS ends at the balancer; the way to the tasks is inside the VPC and closed to all others' },
  { id: 'CKV_AWS_260', resource: /FrontendBalancer_SecurityGroup_FromAnywhere/, acceptedBy: security, reason: 'the public door of the product' },
  { id: 'CKV_AWS_260', resource: /FrontendBalancer_ToFrontend/, acceptedBy: platform, reason: 'false alarm: the rule names a security group, which the check does not read' },
  { id: 'CKV2_AWS_76', resource: /FrontendBalancer_/, acceptedBy: security, reason: 'it asks for the anonymous-address list too, which blocks visitors behind a VPN; Log4j is blocked by known-bad-inputs' },
  { id: 'CKV2_AWS_34', resource: /Database_(Endpoint|Name|Username|MasterUsername|MonitorUsername)/, acceptedBy: security, reason: 'names and an address, no secret; the three passwords are SecureStrings' },
  { id: 'CKV_AWS_161', resource: /Database_Instance/, acceptedBy: security, reason: 'passwords rotate by one number and need no token every 15 minutes' },
  { id: 'CKV_AWS_18', resource: /AccessLogs_Bucket/, acceptedBy: platform, reason: 'it is the bucket that receives access logs' },
  { id: 'CKV_AWS_144', resource: /AccessLogs_Bucket/, acceptedBy: platform, reason: 'access logs are not worth a copy in a second region' },
  { id: 'CKV_AWS_145', resource: /AccessLogs_Bucket/, acceptedBy: platform, reason: 'Elastic Load Balancing cannot write to a bucket with a KMS key; S3’s own key encrypts it' },
  { id: 'CKV2_AWS_62', resource: /AccessLogs_Bucket/, acceptedBy: platform, reason: 'nobody waits for a log file' },
];
