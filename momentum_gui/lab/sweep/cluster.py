"""Sweeps on a dask.distributed cluster (extra `cluster`): its scheduler's address becomes an executor."""

from __future__ import annotations

import importlib.util
import ipaddress
import logging
import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from momentum_gui.lab.errors import BadInputError

CONNECT_SECONDS = 10
ASK_SECONDS = 2.0
RETRIES = 3
"""How often a cluster may try a block again whose worker failed; one that was killed costs no try."""


class Threads:
    """How many threads a cluster has: asked again once in a while, since workers come and go."""

    def __init__(self, client: Any) -> None:
        self._client, self._known, self._asked = client, 0, -math.inf

    def __call__(self) -> int:
        if time.monotonic() - self._asked > ASK_SECONDS:
            self._known, self._asked = sum(self._client.nthreads().values()), time.monotonic()
        return self._known


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine, by its name or its address alone; no name is looked up."""
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0]).is_loopback
    except ValueError:
        return host.lower() == "localhost"


@contextmanager
def cluster(address: str, *, remote: bool = False) -> Iterator[tuple[Executor, Callable[[], int]]]:
    """An executor on the cluster of this scheduler, and a function that tells how many threads it has just now.

    The workers need momentum-gui in the same version. What is exchanged with a scheduler is unpickled, and so can run
    any code: one on another machine is used only if `remote`. Raises BadInputError without dask.distributed, for
    something that is no address or an address elsewhere, OSError where no scheduler answers or no worker is there.
    """
    if importlib.util.find_spec("distributed") is None:
        raise BadInputError('--scheduler: needs dask.distributed: pip install "momentum-gui[cluster]"')
    from distributed import Client
    from distributed.comm.addressing import get_address_host_port

    wrong = f"--scheduler {address}: is not an address like tcp://host:8786"
    try:
        host, _ = get_address_host_port(address)  # asked first: a Client that refuses leaves a traceback when it goes
    except (ValueError, TypeError) as error:
        raise BadInputError(f"{wrong} ({error})") from None
    if not (remote or is_loopback(host)):
        raise BadInputError(
            f"--scheduler {address}: is on another machine, and what comes from there can run any code: add --remote "
            "if you trust that machine and the network between"
        )
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # it would write over the progress bar
    try:
        client: Any = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (ValueError, TypeError) as error:
        raise BadInputError(f"{wrong} ({error})") from None
    except OSError:
        raise OSError(f"--scheduler {address}: no scheduler answers there") from None
    try:
        if not client.nthreads():
            raise OSError(f"--scheduler {address}: the cluster has no workers: start some with `dask worker`")
        # pure=False: a block is a task of its own, never a remembered result.
        yield client.get_executor(pure=False, retries=RETRIES), Threads(client)
    finally:
        client.close()
