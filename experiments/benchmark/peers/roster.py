"""Who takes part, by name, in the order of the tables."""

from __future__ import annotations

from silosim.experiments.benchmark.peers import contenders
from silosim.experiments.benchmark.peers.bare import Bare
from silosim.experiments.benchmark.peers.contenders import Contender
from silosim.experiments.benchmark.peers.ours import Silosim
from silosim.experiments.benchmark.peers.pool_stored import PoolStored

IDEAL = "bare"
OURS = "silosim"
NAMES = {OURS: "silosim sweep", "joblib": "joblib", "ema": "EMA Workbench", "mesa": "mesa.batch_run"}  # in any language
ROSTER: dict[str, type[Contender]] = {
    IDEAL: Bare,
    OURS: Silosim,
    "pool_stored": PoolStored,
    "pool": contenders.Pool,
    "joblib": contenders.Joblib,
    "dask_chunks": contenders.DaskChunks,
    "dask": contenders.Dask,
    "ema": contenders.Ema,
    "ema_case": contenders.EmaCase,
    "mesa": contenders.MesaBatch,
    "mesa_face": contenders.MesaFace,
}
EVERYWHERE = tuple(name for name in ROSTER if name not in ("ema_case", "mesa_face"))
FOR_TRIVIAL = EVERYWHERE
FOR_REAL = (*EVERYWHERE, "mesa_face")
FOR_FAULTS = tuple(name for name in EVERYWHERE if name != IDEAL)
ONLY_RAISES = ("ema_case",)  # differs from `ema` only in how a failing run is told
