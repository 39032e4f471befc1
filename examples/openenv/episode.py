"""An episode through OpenEnv's client: pip install openenv, ./splitgym serve, python episode.py."""

import sys

from openenv.core import GenericEnvClient

url = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8642/openenv"
with GenericEnvClient(base_url=url).sync() as env:
    result = env.reset(seed=42, preset="H")
    while not result.done:
        result = env.step({"action": 1 if result.observation["p"] > 8 else 2})
        print(result.observation["p"], round(result.reward, 4), result.metadata["truncated"])
