"""What the APIs say: each test is a change that Terraform would plan for ever, or an apply that fails."""

import json
import urllib.parse
import urllib.request

import pytest


@pytest.fixture
def vpc(emulator):
    return emulator.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]


@pytest.fixture
def subnets(emulator, vpc):
    return [
        emulator.ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"eu-central-1{zone}")[
            "Subnet"
        ]["SubnetId"]
        for number, zone in enumerate("ab")
    ]


@pytest.fixture
def balancer(emulator, subnets):
    return emulator.elbv2.create_load_balancer(Name="front", Subnets=subnets)["LoadBalancers"][0]


def group(emulator, vpc, name):
    groups = emulator.elbv2.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip")
    return groups["TargetGroups"][0]["TargetGroupArn"]


def query(emulator, action, **fields):
    """A request of the query protocol, which the provider speaks and boto3 no more."""
    credential = "test/20260101/eu-central-1/monitoring/aws4_request"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0"}
    data = urllib.parse.urlencode({"Action": action, "Version": "2010-08-01", **fields}).encode()
    with urllib.request.urlopen(urllib.request.Request(emulator.endpoint, data, headers), timeout=10) as response:
        return response.read().decode()


def test_an_alarm_reads_back_what_it_was_told(emulator):
    fields = {
        "AlarmName": "errors",
        "Namespace": "AWS/ApplicationELB",
        "MetricName": "HTTPCode_Target_5XX_Count",
        "Statistic": "Sum",
        "Period": "60",
        "EvaluationPeriods": "1",
        "Threshold": "10",
        "ComparisonOperator": "GreaterThanThreshold",
    }
    query(
        emulator,
        "PutMetricAlarm",
        **fields,
        **{
            "Dimensions.member.1.Name": "LoadBalancer",
            "Dimensions.member.1.Value": "app/front/1",
            "AlarmActions.member.1": "arn:aws:sns:eu-central-1:000000000000:alerts",
            "InsufficientDataActions.member.1": "arn:aws:sns:eu-central-1:000000000000:quiet",
        },
    )
    xml = query(emulator, "DescribeAlarms")
    assert "<Period>60</Period>" in xml
    assert "<Statistic>Sum</Statistic>" in xml
    assert "<Dimensions><member><Name>LoadBalancer</Name><Value>app/front/1</Value></member></Dimensions>" in xml
    assert "<AlarmActions><member>arn:aws:sns:eu-central-1:000000000000:alerts</member></AlarmActions>" in xml
    assert "<member>arn:aws:sns:eu-central-1:000000000000:quiet</member></InsufficientDataActions>" in xml


def test_an_alarm_on_a_percentile_has_no_other_statistic(emulator):
    query(
        emulator,
        "PutMetricAlarm",
        AlarmName="latency",
        Namespace="AWS/ApplicationELB",
        MetricName="TargetResponseTime",
        ExtendedStatistic="p95",
        Period="60",
        EvaluationPeriods="2",
        Threshold="2",
        ComparisonOperator="GreaterThanThreshold",
    )
    xml = query(emulator, "DescribeAlarms")
    assert "<ExtendedStatistic>p95</ExtendedStatistic>" in xml
    assert "<Statistic>" not in xml


def test_an_alarm_reads_back_its_metric_queries(emulator):
    emulator.cloudwatch.put_metric_alarm(
        AlarmName="rate",
        EvaluationPeriods=1,
        Threshold=5,
        ComparisonOperator="GreaterThanThreshold",
        Metrics=[
            {"Id": "e", "Expression": "100*a", "Label": "rate", "ReturnData": True},
            {
                "Id": "a",
                "ReturnData": False,
                "MetricStat": {"Metric": {"Namespace": "N", "MetricName": "M"}, "Period": 60, "Stat": "Sum"},
            },
        ],
    )
    queries = emulator.cloudwatch.describe_alarms()["MetricAlarms"][0]["Metrics"]
    assert [query["Id"] for query in queries] == ["e", "a"]
    assert queries[1]["MetricStat"]["Metric"]["MetricName"] == "M"
    assert "<Metric><Namespace>N</Namespace><MetricName>M</MetricName>" in query(emulator, "DescribeAlarms")


def test_a_flow_log_reads_back_role_and_interval(emulator, vpc):
    emulator.ec2.create_flow_logs(
        ResourceIds=[vpc],
        ResourceType="VPC",
        TrafficType="ALL",
        LogDestination="arn:aws:logs:eu-central-1:000000000000:log-group:/vpc",
        DeliverLogsPermissionArn="arn:aws:iam::000000000000:role/flow",
        MaxAggregationInterval=60,
    )
    flow_log = emulator.ec2.describe_flow_logs()["FlowLogs"][0]
    assert flow_log["DeliverLogsPermissionArn"] == "arn:aws:iam::000000000000:role/flow"
    assert (flow_log["MaxAggregationInterval"], flow_log["LogGroupName"]) == (60, "/vpc")


def test_an_interface_endpoint_reads_back_groups_and_private_dns(emulator, vpc, subnets):
    sg = emulator.ec2.create_security_group(GroupName="endpoints", Description="d", VpcId=vpc)["GroupId"]
    emulator.ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName="com.amazonaws.eu-central-1.ssm",
        VpcEndpointType="Interface",
        SubnetIds=subnets,
        SecurityGroupIds=[sg],
        PrivateDnsEnabled=True,
    )
    endpoint = emulator.ec2.describe_vpc_endpoints()["VpcEndpoints"][0]
    assert endpoint["PrivateDnsEnabled"] is True
    assert [g["GroupId"] for g in endpoint["Groups"]] == [sg]


def test_an_outbound_rule_keeps_its_description(emulator, vpc):
    sg = emulator.ec2.create_security_group(GroupName="tasks", Description="d", VpcId=vpc)["GroupId"]
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "out"}]}
    emulator.ec2.authorize_security_group_egress(GroupId=sg, IpPermissions=[everything])
    rules = emulator.ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [sg]}])
    assert [rule.get("Description") for rule in rules["SecurityGroupRules"] if rule["IsEgress"]] == ["out"]


def test_a_forward_block_reads_back_groups_and_stickiness(emulator, vpc, balancer):
    arn = group(emulator, vpc, "front")
    forward = {
        "TargetGroups": [{"TargetGroupArn": arn, "Weight": 100}],
        "TargetGroupStickinessConfig": {"Enabled": False, "DurationSeconds": 3600},
    }
    emulator.elbv2.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "ForwardConfig": forward}],
    )
    listeners = emulator.elbv2.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    assert listeners[0]["DefaultActions"][0]["ForwardConfig"] == forward


def test_a_target_is_not_healthy_before_it_answered(emulator, vpc):
    arn = group(emulator, vpc, "front")
    emulator.elbv2.register_targets(TargetGroupArn=arn, Targets=[{"Id": "192.0.2.1", "Port": 80}])
    health = emulator.elbv2.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"][0]
    assert health["TargetHealth"] == {"State": "initial", "Reason": "Elb.InitialHealthChecking"}


def fixed_response(emulator, balancer, text):
    answer = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200", "MessageBody": text}}
    emulator.elbv2.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=[answer]
    )


def get(url, host):
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Host": host}), timeout=5) as response:
        return response.read().decode()


def test_localhost_leads_to_the_balancer_that_listens_on_the_port(emulator, balancer):
    fixed_response(emulator, balancer, "front")
    assert get("http://127.0.0.1:80/health", "localhost:8080") == "front"


def test_a_balancers_own_name_goes_first(emulator, balancer, subnets):
    fixed_response(emulator, balancer, "front")
    second = emulator.elbv2.create_load_balancer(Name="second", Subnets=subnets)["LoadBalancers"][0]
    fixed_response(emulator, second, "second")
    assert get("http://127.0.0.1:80/health", "second.alb.localhost:8080") == "second"
    assert get("http://127.0.0.1:80/health", second["DNSName"]) == "second"


def test_an_alias_or_cname_record_leads_to_its_balancer(emulator, balancer, subnets):
    fixed_response(emulator, balancer, "front")
    second = emulator.elbv2.create_load_balancer(Name="second", Subnets=subnets)["LoadBalancers"][0]
    fixed_response(emulator, second, "second")
    zone = emulator.route53.create_hosted_zone(Name="shop.example", CallerReference="1")["HostedZone"]["Id"]
    target = {
        "HostedZoneId": second["CanonicalHostedZoneId"],
        "DNSName": second["DNSName"],
        "EvaluateTargetHealth": False,
    }
    alias = {"Name": "www.shop.example", "Type": "A", "AliasTarget": target}
    name = {
        "Name": "old.shop.example",
        "Type": "CNAME",
        "TTL": 60,
        "ResourceRecords": [{"Value": second["DNSName"]}],
    }
    changes = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record} for record in (alias, name)]}
    emulator.route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=changes)
    assert get("http://127.0.0.1:80/", "www.shop.example") == "second"
    assert get("http://127.0.0.1:80/", "old.shop.example") == "second"


DATABASE = {
    "DBInstanceIdentifier": "shop",
    "Engine": "mysql",
    "DBInstanceClass": "db.t3.micro",
    "AllocatedStorage": 20,
    "MasterUsername": "shop",
    "MasterUserPassword": "placeholder",
}


def test_a_database_reads_back_log_exports_and_insights_key(emulator):
    emulator.rds.create_db_instance(
        **DATABASE,
        EnableCloudwatchLogsExports=["slowquery", "error"],
        EnablePerformanceInsights=True,
        PerformanceInsightsKMSKeyId="arn:aws:kms:eu-central-1:000000000000:key/1",
        PreferredBackupWindow="01:00-02:00",
    )
    database = emulator.rds.describe_db_instances()["DBInstances"][0]
    assert database["EnabledCloudwatchLogsExports"] == ["error", "slowquery"]
    assert database["PerformanceInsightsKMSKeyId"] == "arn:aws:kms:eu-central-1:000000000000:key/1"
    assert database["PreferredBackupWindow"] == "01:00-02:00"


def test_a_database_is_found_by_its_resource_id_alone(emulator):
    emulator.rds.create_db_instance(**DATABASE)
    emulator.rds.create_db_instance(**{**DATABASE, "DBInstanceIdentifier": "second"})
    second = emulator.rds.describe_db_instances(DBInstanceIdentifier="second")["DBInstances"][0]
    found = emulator.rds.describe_db_instances(
        Filters=[{"Name": "dbi-resource-id", "Values": [second["DbiResourceId"]]}]
    )["DBInstances"]
    assert [each["DBInstanceIdentifier"] for each in found] == ["second"]


def test_a_database_drops_a_log_export(emulator):
    emulator.rds.create_db_instance(**DATABASE, EnableCloudwatchLogsExports=["slowquery", "error"])
    emulator.rds.modify_db_instance(
        DBInstanceIdentifier="shop", CloudwatchLogsExportConfiguration={"DisableLogTypes": ["slowquery"]}
    )
    assert emulator.rds.describe_db_instances()["DBInstances"][0]["EnabledCloudwatchLogsExports"] == ["error"]


def test_a_restored_database_reads_back_what_it_was_told(emulator):
    emulator.rds.create_db_instance(**DATABASE, StorageEncrypted=True, KmsKeyId="key", DBName="notes")
    emulator.rds.create_db_snapshot(DBSnapshotIdentifier="before", DBInstanceIdentifier="shop")
    emulator.rds.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier="restored",
        DBSnapshotIdentifier="arn:aws:rds:eu-central-1:000000000000:snapshot:before",
        DBInstanceClass="db.t3.small",
        VpcSecurityGroupIds=["sg-1"],
        EnableCloudwatchLogsExports=["error"],
        CopyTagsToSnapshot=True,
        DeletionProtection=True,
        Tags=[{"Key": "env", "Value": "test"}],
    )
    restored = emulator.rds.describe_db_instances(DBInstanceIdentifier="restored")["DBInstances"][0]
    of_the_snapshot = ("MasterUsername", "DBName", "AllocatedStorage", "StorageEncrypted", "KmsKeyId")
    assert [restored[field] for field in of_the_snapshot] == ["shop", "notes", 20, True, "key"]
    of_the_request = ("DBInstanceClass", "EnabledCloudwatchLogsExports", "CopyTagsToSnapshot", "DeletionProtection")
    assert [restored[field] for field in of_the_request] == ["db.t3.small", ["error"], True, True]
    assert [group["VpcSecurityGroupId"] for group in restored["VpcSecurityGroups"]] == ["sg-1"]
    assert emulator.rds.list_tags_for_resource(ResourceName=restored["DBInstanceArn"])["TagList"] == [
        {"Key": "env", "Value": "test"}
    ]


def test_a_last_snapshot_needs_a_name_of_its_own(emulator):
    emulator.rds.create_db_instance(**DATABASE)
    emulator.rds.create_db_snapshot(DBSnapshotIdentifier="last", DBInstanceIdentifier="shop")
    with pytest.raises(emulator.rds.exceptions.DBSnapshotAlreadyExistsFault):
        emulator.rds.delete_db_instance(DBInstanceIdentifier="shop", FinalDBSnapshotIdentifier="last")
    assert len(emulator.rds.describe_db_instances()["DBInstances"]) == 1


def test_a_service_is_in_the_namespace_of_its_dns_settings(emulator):
    namespace = emulator.servicediscovery.create_private_dns_namespace(Name="internal", Vpc="vpc-1")["OperationId"]
    operation = emulator.servicediscovery.get_operation(OperationId=namespace)["Operation"]
    settings = {"NamespaceId": operation["Targets"]["NAMESPACE"], "DnsRecords": [{"Type": "A", "TTL": 10}]}
    service = emulator.servicediscovery.create_service(Name="backend", DnsConfig=settings)["Service"]
    assert service["NamespaceId"] == operation["Targets"]["NAMESPACE"]


def test_an_alias_that_was_made_already_is_made(emulator):
    key = emulator.kms.create_key()["KeyMetadata"]["KeyId"]
    emulator.kms.create_alias(AliasName="alias/shop", TargetKeyId=key)
    emulator.kms.create_alias(AliasName="alias/shop", TargetKeyId=key)


def test_web_acl_logging_reads_back(emulator):
    visibility = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "m"}
    arn = emulator.wafv2.create_web_acl(
        Name="shop", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=visibility
    )["Summary"]["ARN"]
    destination = ["arn:aws:logs:eu-central-1:000000000000:log-group:aws-waf-logs-shop"]
    emulator.wafv2.put_logging_configuration(
        LoggingConfiguration={"ResourceArn": arn, "LogDestinationConfigs": destination}
    )
    read = emulator.wafv2.get_logging_configuration(ResourceArn=arn)["LoggingConfiguration"]
    assert read["LogDestinationConfigs"] == destination


CONTAINER = {"name": "web", "image": "web", "memory": 128}


def service(emulator, **more):
    emulator.ecs.create_cluster(clusterName="shop")
    emulator.ecs.register_task_definition(family="web", containerDefinitions=[CONTAINER])
    emulator.ecs.create_service(cluster="shop", serviceName="web", taskDefinition="web", desiredCount=1, **more)


def test_a_service_reads_back_zone_rebalancing(emulator):
    service(emulator, availabilityZoneRebalancing="ENABLED")
    services = emulator.ecs.describe_services(cluster="shop", services=["web"])["services"]
    assert services[0]["availabilityZoneRebalancing"] == "ENABLED"


def test_a_cluster_reads_back_service_connect_defaults(emulator):
    emulator.ecs.create_cluster(clusterName="mesh", serviceConnectDefaults={"namespace": "arn:namespace"})
    cluster = emulator.ecs.describe_clusters(clusters=["mesh"])["clusters"][0]
    assert cluster["serviceConnectDefaults"] == {"namespace": "arn:namespace"}


TARGET = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/shop/web",
    "ScalableDimension": "ecs:service:DesiredCount",
}


def test_a_scalable_target_lifts_a_service_to_its_minimum(emulator):
    service(emulator)
    emulator.application_autoscaling.register_scalable_target(**TARGET, MinCapacity=2, MaxCapacity=4)
    assert emulator.ecs.describe_services(cluster="shop", services=["web"])["services"][0]["desiredCount"] == 2


def test_a_scaling_policy_reads_back(emulator):
    scaling = emulator.application_autoscaling
    scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=1)
    metric = {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}
    scaling.put_scaling_policy(
        **TARGET,
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={"TargetValue": 60, "PredefinedMetricSpecification": metric},
    )
    policies = scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    assert policies[0]["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 60


def test_the_plug_in_says_that_it_is_ready(emulator):
    with urllib.request.urlopen(f"{emulator.endpoint}/_cloudpe/health", timeout=5) as response:
        assert json.load(response)["ministack"] == "1.5.33"
