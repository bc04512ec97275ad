"""SSM: secrets of a container.

Gap: MiniStack hands a SecureString to a container as it is stored, `ENCRYPTED:…`. Without this the backend's
migration is refused by MySQL with error 1045.
"""

from ministack.services import ssm

from ..patch import wraps


@wraps(ssm, "resolve_parameter_value")
def resolve_parameter_value(original, name, version=None, decrypt=False):
    return original(name, version, decrypt=True)
