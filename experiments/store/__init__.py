"""The results database: every run that finished, kept once. The only folder that knows SQLite."""

from silosim.experiments.store.errors import StoreError
from silosim.experiments.store.store import Store

__all__ = ["Store", "StoreError"]
