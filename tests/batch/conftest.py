"""Makes `misbehaving` importable for the tests of this folder, and for the workers that they start."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
