import types

import pytest

from cloudpe_emulator import patch


@pytest.fixture
def module():
    module = types.ModuleType("module")
    module.answer = lambda: 1
    module.table = {"Answer": module.answer}
    return module


@pytest.fixture
def patches(monkeypatch):
    patches = []
    monkeypatch.setattr(patch, "_patches", patches)
    return patches


def test_refuses_another_ministack():
    with pytest.raises(patch.UnknownMiniStack, match=r"ministack must be 1\.5\.33, found 1\.5\.34"):
        patch.check_version("1.5.34")


def test_refuses_a_function_that_is_missing(module):
    with pytest.raises(patch.UnknownMiniStack, match=r"module\.gone does not exist"):
        patch.wraps(module, "gone")


def test_wraps_and_unwraps_functions_and_dispatch_tables(module, patches):
    patch.wraps(module, "answer")(lambda original: original() + 1)
    patch.wraps(module, "answer")(lambda original: original() * 10)

    patch.install()
    assert (module.answer(), module.table["Answer"]()) == (20, 20)

    patch.uninstall()
    assert (module.answer(), module.table["Answer"]()) == (1, 1)
