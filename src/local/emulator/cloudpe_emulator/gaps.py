"""Every module that fills a gap: importing this one registers all wrappers."""

from . import docker_labels
from .services import (
    autoscaling,
    cloudwatch,
    ec2,
    ecr,
    ecs_containers,
    ecs_deployments,
    ecs_readback,
    ecs_start,
    ecs_stop,
    ecs_watch,
    elbv2_actions,
    elbv2_health,
    kms,
    rds,
    servicediscovery,
    ssm,
    waf,
)

MODULES = (
    docker_labels,
    autoscaling,
    cloudwatch,
    ec2,
    ecr,
    ecs_containers,
    ecs_deployments,
    ecs_readback,
    ecs_start,
    ecs_stop,
    ecs_watch,
    elbv2_actions,
    elbv2_health,
    kms,
    rds,
    servicediscovery,
    ssm,
    waf,
)
