"""Libraries that only some commands need: loaded when needed, and named in one line when they are not installed."""

from __future__ import annotations

import importlib

from silosim.model.parameters import InvalidInput


def need(module: str, extra: str):
    """The module; InvalidInput says which extra brings it when it is not installed."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as missing:
        if missing.name != module.split(".")[0]:
            raise  # it is there, but something of its own is not
        raise InvalidInput(f"this needs {missing.name}, which is not installed: "
                           f"pip install 'silosim[{extra}]' brings it") from None
