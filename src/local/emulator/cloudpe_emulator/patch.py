"""Wraps functions of MiniStack from outside, and refuses to start on any other version than the one it was written for.

MiniStack's own code is not changed. A wrapper gets the function that it wraps as its first argument:

    @wraps(ssm, "resolve_parameter_value")
    def decrypt(original, name, version=None, decrypt=False): ...
"""

import functools
import importlib.metadata
import inspect

MINISTACK_VERSION = "1.5.33"

_patches = []


class UnknownMiniStack(RuntimeError):
    """The installed MiniStack is not the one that the wrappers were written for."""


def check_version(found=None):
    found = found or importlib.metadata.version("ministack")
    if found != MINISTACK_VERSION:
        raise UnknownMiniStack(
            f"ministack must be {MINISTACK_VERSION}, found {found}: private functions are wrapped, "
            "so check every gap of README.md against the new version first"
        )


def wraps(owner, name):
    """Registers a wrapper for `owner.name`, a function of a module or a method of a class."""
    original = getattr(owner, name, None)
    if not callable(original):
        raise UnknownMiniStack(f"{getattr(owner, '__name__', owner)}.{name} does not exist, so it cannot be wrapped")

    def register(wrapper):
        if inspect.iscoroutinefunction(original):

            @functools.wraps(original)
            async def replacement(*args, **kwargs):
                return await wrapper(current, *args, **kwargs)
        else:

            @functools.wraps(original)
            def replacement(*args, **kwargs):
                return wrapper(current, *args, **kwargs)

        # A second wrapper of one function wraps the first.
        current = next((p[3] for p in reversed(_patches) if p[0] is owner and p[1] == name), original)
        _patches.append((owner, name, current, replacement))
        return wrapper

    return register


def _swap(owner, name, old, new):
    setattr(owner, name, new)
    # MiniStack's dispatch tables hold the functions themselves.
    for table in vars(owner).values():
        if type(table) is dict:
            for key, value in list(table.items()):
                if value is old:
                    table[key] = new


def install():
    check_version()
    for owner, name, old, new in _patches:
        _swap(owner, name, old, new)


def uninstall():
    """Plain MiniStack again: tests show with it what goes wrong without a wrapper."""
    for owner, name, old, new in reversed(_patches):
        _swap(owner, name, new, old)


def installed():
    return sorted(f"{owner.__name__}.{name}" for owner, name, _, _ in _patches)
