"""The VPC's resolver: a load balancer's DNS name leads to the emulator, everything else to Docker's resolver.

Gap: MiniStack gives a load balancer a name that no resolver knows. Without this `http://<backend's name>:4000` fails
in the frontend with "host not found".

Tasks ask Docker's embedded resolver, which asks this one for names that it does not know itself. Answers live for five
seconds, so that a client which resolves again (nginx's `resolver`) follows.
"""

import logging
import socket

from dnslib import QTYPE, RCODE, RR, A, DNSRecord
from dnslib.server import BaseResolver, DNSLogger, DNSServer

from . import balancers, settings

TTL = 5
logger = logging.getLogger("cloudpe.dns")


def upstream():
    """The resolver of the emulator's own container."""
    with open("/etc/resolv.conf") as lines:
        for line in lines:
            key, _, value = line.partition(" ")
            if key == "nameserver":
                return value.strip()
    return "127.0.0.11"


class Resolver(BaseResolver):
    def resolve(self, request, handler):
        name = str(request.q.qname)
        if balancers.by_name(name):
            reply = request.reply()
            # Only an IPv4 address exists; for other types "no such record" is the answer, not "no such name".
            if request.q.qtype in (QTYPE.A, QTYPE.ANY):
                reply.add_answer(RR(name, QTYPE.A, ttl=TTL, rdata=A(settings.address())))
            return reply
        try:
            return DNSRecord.parse(request.send(upstream(), 53, tcp=handler.protocol == "tcp", timeout=3))
        except OSError as error:
            logger.warning("%s: %s", name, error)
            reply = request.reply()
            reply.header.rcode = RCODE.SERVFAIL
            return reply


def start():
    for tcp in (False, True):
        server = DNSServer(
            Resolver(),
            address=socket.gethostbyname(socket.gethostname()),
            port=53,
            tcp=tcp,
            logger=DNSLogger("-request,-reply,-truncated,-error,-recv,-send,-data"),
        )
        server.start_thread()
