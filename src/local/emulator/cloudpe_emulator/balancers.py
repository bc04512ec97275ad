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
    # Of every account: a request to a load balancer has none.
    for records in list(route53._records._data.values()):
        for record in records:
            if record.get("Name", "").rstrip(".").lower() != host:
                continue
            targets = [(record.get("AliasTarget") or {}).get("DNSName")]
            if record.get("Type") == "CNAME":
                targets += record.get("ResourceRecords") or []
            for target in targets:
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
