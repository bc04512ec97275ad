"""ECR: a task runs the image that was pushed.

Gap: MiniStack asks Docker for `<account>.dkr.ecr.<region>.amazonaws.com/…`, a host that does not exist here. Without
this a task waits five seconds for the failure and then runs whatever local image has that name, or none. The image is
pulled from the emulator's own registry; what the API says about the task keeps the full name.
"""

import re

from .. import settings

_ECR = re.compile(r"^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com/(?P<image>.+)$")


def pullable(image):
    """The name under which Docker finds an image of ECR; any other name as it is."""
    match = _ECR.match(image)
    return f"{settings.REGISTRY}/{match['image']}" if match else image


def is_ours(image):
    return image.startswith(settings.REGISTRY + "/")
