"""The exception tree.

::

    PixelcleanError
     +-- Refused            one file cannot be processed: a reason code and safe detail
     +-- ConfigurationError the run cannot start: policy, rules, model, key or store (exit code 1)
     +-- UsageError         the caller asked for something that makes no sense   (exit code 2)

Messages never quote a value of a data set: they name codes, tags, keywords and paths of configuration only.
"""

from pixelclean.reasons import ReasonCode


class PixelcleanError(Exception):
    """Base of everything raised on purpose."""


class Refused(PixelcleanError):
    """One file cannot be processed; the run goes on.

    `detail` names tags, codes and numbers, never a value.
    """

    def __init__(self, code: ReasonCode, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}" if self.detail else str(self.code)


class ConfigurationError(PixelcleanError):
    """A policy, a rule file, the model, the key or the store is not usable; nothing was processed."""


class UsageError(PixelcleanError):
    """The arguments of a call contradict each other or name something that is not there."""
