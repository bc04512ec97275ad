"""Which load balancer a name or a port belongs to, over all accounts and regions of the emulator."""

from ministack.core.responses import request_scope
from ministack.services import alb, route53


def all_balancers():
    """((account, region), load balancer), in the order in which they were created."""
    return [((account, region), balancer) for (account, region, _), balancer in list(alb._lbs.all_items())]


def _names(balancer):
    return {balancer["DNSName"].lower(), f"{balancer['LoadBalancerName'].lower()}.alb.localhost"}


def _by_record(host):
    """A Route 53 alias or CNAME record's target."""
    for zone in list(route53._records.values()):
        for record in zone.values() if isinstance(zone, dict) else zone:
            if record.get("Name", "").rstrip(".").lower() != host:
                continue
            alias = (record.get("AliasTarget") or {}).get("DNSName")
            values = [
                value.get("Value", "") for value in record.get("ResourceRecords") or [] if isinstance(value, dict)
            ]
            for target in [alias, *(values if record.get("Type") == "CNAME" else [])]:
                if target:
                    return target.rstrip(".").lower().removeprefix("dualstack.")
    return None


def by_name(name):
    """The load balancer of a host name, or None."""
    name = name.rstrip(".").lower()
    for candidate in (name, _by_record(name)):
        for scope, balancer in all_balancers():
            if candidate in _names(balancer):
                return scope, balancer
    return None


def by_port(port):
    """The first load balancer that listens on the port, or None: `localhost` is no one's name."""
    for scope, balancer in all_balancers():
        with request_scope(*scope):
            for listener in alb._listeners.values():
                if listener["LoadBalancerArn"] == balancer["LoadBalancerArn"] and int(listener.get("Port", 0)) == port:
                    return scope, balancer
    return None
