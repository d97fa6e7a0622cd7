"""pixelclean: DICOM without identities, in the header and in the pixels, proven before it is released."""

from pixelclean.batch.run import Summary, clean
from pixelclean.dicom import Source, read
from pixelclean.errors import ConfigurationError, PixelcleanError, Refused, UsageError
from pixelclean.geometry import Act, Box, Origin, Region
from pixelclean.key import ProjectKey
from pixelclean.keyfile import create_key, default_key_path, load_key
from pixelclean.outcome import Outcome, Quarantined, Queued, Reason, Released, Result
from pixelclean.phi import Phi
from pixelclean.pipeline import Cleaner
from pixelclean.plan import Plan
from pixelclean.policy import Policy
from pixelclean.proof import Proof
from pixelclean.reasons import ReasonCode
from pixelclean.version import __version__

__all__ = [
    "Act",
    "Box",
    "Cleaner",
    "ConfigurationError",
    "Origin",
    "Outcome",
    "Phi",
    "PixelcleanError",
    "Plan",
    "Policy",
    "ProjectKey",
    "Proof",
    "Quarantined",
    "Queued",
    "Reason",
    "ReasonCode",
    "Refused",
    "Region",
    "Released",
    "Result",
    "Source",
    "Summary",
    "UsageError",
    "__version__",
    "clean",
    "create_key",
    "default_key_path",
    "load_key",
    "read",
]
