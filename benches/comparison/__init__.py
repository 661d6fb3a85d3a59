"""What `compare.py` is made of."""

import sys
from pathlib import Path

BENCHES = Path(__file__).resolve().parent.parent
PEERS = BENCHES / "peers"

# The table of workloads is the peers' too.
sys.path.insert(0, str(PEERS))
