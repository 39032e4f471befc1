"""Gymnasium environments played over HTTP on a SplitGym server.

Importing this package registers ``splitgym/SplitInference-v0``::

    import gymnasium
    import splitgym

    env = gymnasium.make("splitgym/SplitInference-v0", url="http://127.0.0.1:8642")

``gymnasium.make("splitgym:splitgym/SplitInference-v0")`` imports it by itself.
"""

import gymnasium

from splitgym.env import RemoteEnv
from splitgym.errors import ConnectionLostError, InvalidValueError, SplitGymError

__all__ = ["ConnectionLostError", "InvalidValueError", "RemoteEnv", "SplitGymError"]

gymnasium.register(
    id="splitgym/SplitInference-v0",
    entry_point="splitgym.env:RemoteEnv",
    kwargs={"spec_id": "SplitInference-v0"},
)
