"""Cloud Map: a service's namespace.

Gap: MiniStack looks for the namespace at the top of the request alone, while the provider names it in the DNS settings.
Without this the service is made in no namespace, and is planned to be replaced for ever.
"""

from ministack.services import servicediscovery

from ..patch import wraps


@wraps(servicediscovery, "_create_service")
def create_service(original, data):
    if not data.get("NamespaceId"):
        data = {**data, "NamespaceId": (data.get("DnsConfig") or {}).get("NamespaceId")}
    return original(data)
