"""Every module that wraps something: importing this one registers all wrappers."""

from . import docker_labels as docker_labels
from .services import (
    autoscaling as autoscaling,
    cloudwatch as cloudwatch,
    ec2 as ec2,
    ecr as ecr,
    ecs_deployments as ecs_deployments,
    ecs_readback as ecs_readback,
    ecs_tasks as ecs_tasks,
    elbv2_actions as elbv2_actions,
    elbv2_health as elbv2_health,
    kms as kms,
    rds as rds,
    servicediscovery as servicediscovery,
    ssm as ssm,
    waf as waf,
)
