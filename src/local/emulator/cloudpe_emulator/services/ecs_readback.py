"""ECS: read-backs of clusters and services."""

import json

from ministack.services import ecs

from ..patch import wraps

_KEPT = ("availabilityZoneRebalancing", "serviceConnectConfiguration", "volumeConfigurations")


@wraps(ecs, "_create_cluster")
def create_cluster(original, data):
    """Gap: MiniStack forgets a cluster's Service Connect defaults. Without this every plan changes the cluster."""
    response = original(data)
    cluster = ecs._clusters.get(data.get("clusterName", "default"))
    if cluster is not None and data.get("serviceConnectDefaults"):
        cluster["serviceConnectDefaults"] = data["serviceConnectDefaults"]
    return response


def _keep(original, data):
    """Gap: MiniStack forgets zone rebalancing and Service Connect. Without this every plan changes every service."""
    response = original(data)
    if response[0] != 200:
        return response
    view = json.loads(response[2])["service"]
    service = ecs._services.get(f"{view['clusterArn'].rpartition('/')[2]}/{view['serviceName']}")
    if service is not None:
        service.update({field: data[field] for field in _KEPT if field in data})
        if data.get("serviceConnectConfiguration") and service["deployments"]:
            # The provider reads it from the deployment.
            service["deployments"][0]["serviceConnectConfiguration"] = data["serviceConnectConfiguration"]
    return response


wraps(ecs, "_create_service")(_keep)
wraps(ecs, "_update_service")(_keep)
