"""The home of numba, which makes machine code of the kernels when one is first needed."""

from collections.abc import Callable
from functools import cache
from typing import ParamSpec, TypeVar, cast

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


@cache
def compiled(kernel: Callable[Arguments, Result], signature: str) -> Callable[Arguments, Result]:
    """The kernel as machine code for arguments of `signature`, which releases the interpreter while it runs.

    The code is kept beside the module, or in the user's cache, for the next process.  Where no such place can be written
    or what lies there cannot be read, it is made anew.
    """
    import numba  # noqa: PLC0415 - takes as long to load as all the rest, and much is done without it

    try:
        made = numba.njit(signature, cache=True, nogil=True)(kernel)
    except Exception:  # noqa: BLE001 - numba raises anything, but what is wrong with the kernel is raised again below
        made = numba.njit(signature, nogil=True)(kernel)
    return cast(Callable[Arguments, Result], made)
