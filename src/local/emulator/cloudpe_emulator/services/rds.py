"""RDS: read-backs of an instance, and its master user."""

import logging

from ministack.services import rds

from ..patch import wraps
from ..xml import element, elements, escape

logger = logging.getLogger("cloudpe.rds")


def _members(params, prefix):
    return [rds._p(params, key) for key in sorted(params) if key.startswith(prefix + ".")]


@wraps(rds, "_create_db_instance")
def create_db_instance(original, params):
    """Gap: MiniStack forgets log exports, the Performance Insights key and the windows. Without this every apply
    modifies the database, which takes 80 seconds.
    """
    response = original(params)
    instance = rds._instances.get(rds._p(params, "DBInstanceIdentifier"))
    if response[0] == 200 and instance is not None:
        instance["_log_exports"] = _members(params, "EnableCloudwatchLogsExports")
        instance["_insights_key"] = rds._p(params, "PerformanceInsightsKMSKeyId")
        for field in ("PreferredBackupWindow", "PreferredMaintenanceWindow", "CACertificateIdentifier"):
            if value := rds._p(params, field):
                instance[field] = value
        return rds._single_instance_response("CreateDBInstanceResponse", "CreateDBInstanceResult", instance)
    return response


@wraps(rds, "_modify_db_instance")
def modify_db_instance(original, params):
    instance = rds._instances.get(rds._p(params, "DBInstanceIdentifier"))
    if instance is not None:
        exports = set(instance.get("_log_exports") or [])
        exports |= set(_members(params, "CloudwatchLogsExportConfiguration.EnableLogTypes"))
        exports -= set(_members(params, "CloudwatchLogsExportConfiguration.DisableLogTypes"))
        instance["_log_exports"] = sorted(exports)
        if key := rds._p(params, "PerformanceInsightsKMSKeyId"):
            instance["_insights_key"] = key
        if enabled := rds._p(params, "EnablePerformanceInsights"):
            instance["PerformanceInsightsEnabled"] = enabled == "true"
    return original(params)


@wraps(rds, "_apply_instance_filters")
def apply_instance_filters(original, instances, filters):
    """Gap: the filter by which the provider asks for one instance is ignored. Without this, beside a second database,
    Terraform waits for an hour for a deleted one to disappear.
    """
    wanted = filters.get("dbi-resource-id")
    chosen = original(instances, filters)
    return chosen if wanted is None else [each for each in chosen if each.get("DbiResourceId") in wanted]


@wraps(rds, "_instance_xml")
def instance_xml(original, instance):
    xml = original(instance)
    if exports := instance.get("_log_exports"):
        members = "".join(element("member", escape(log)) for log in sorted(exports))
        xml = xml.replace("<EnabledCloudwatchLogsExports/>", element("EnabledCloudwatchLogsExports", members))
    return xml + elements({"PerformanceInsightsKMSKeyId": instance.get("_insights_key")})


@wraps(rds, "_rotate_instance_password")
def rotate_instance_password(original, instance, old_password, new_password):
    """Gap: a new master password is given to MySQL's `root` alone. Without this the master user is refused with error
    1045 after the first rotation.
    """
    original(instance, old_password, new_password)
    user = instance.get("MasterUsername")
    if not rds._is_mysql_engine(instance.get("Engine", "")) or user in (None, "root"):
        return
    import pymysql

    try:
        connection = pymysql.connect(
            host=instance.get("_internal_address") or "127.0.0.1",
            port=int(instance.get("_internal_port") or instance["_HostPort"]),
            user="root",
            password=new_password,
            autocommit=True,
        )
        with connection, connection.cursor() as cursor:
            cursor.execute("ALTER USER %s@'%%' IDENTIFIED BY %s", (user, new_password))
    except pymysql.Error as error:
        logger.error("the password of %s could not be changed: %s", user, error)
