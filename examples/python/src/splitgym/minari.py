"""Recorded episodes of a server as a Minari data set.

Needs ``minari`` with its HDF5 storage: ``pip install './examples/python[minari]'``. By hand::

    python -m splitgym.minari splitgym/my-episodes-v0 --url http://127.0.0.1:8642
"""

from __future__ import annotations

import argparse
import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import gymnasium
import minari
import numpy as np
from minari.data_collector import EpisodeBuffer

from splitgym.client import Client
from splitgym.errors import SplitGymError
from splitgym.spaces import decode_space

_PAGE = 1000
_SAME = ("spec", "backend", "preset", "parameters", "observationSpace", "actionSpace")


def export(
    dataset_id: str,
    url: str | None = None,
    *,
    environment: str | None = None,
    client: Client | None = None,
    data_format: str = "hdf5",
    **about: Any,
) -> minari.MinariDataset:
    """Makes a data set of recorded episodes in Minari's folder, and loads it.

    Observations, actions, rewards, terminations and truncations are as Minari has them; infos are
    arrays of n + 1 values, the reset's first, with NaN (or an empty text) where there was none. The
    metadata holds the environment's spec, so that ``recover_environment`` makes it again where a
    server runs, and under ``splitgym`` its backend, preset and parameters; an episode's metadata
    holds the seed and options of its reset, the environment's id and seed, and its index in a
    vector.

    Args:
        dataset_id: its name for ``minari.load_dataset``, such as ``"splitgym/my-episodes-v0"``.
        url: the server's address; default: ``SPLITGYM_URL``, else http://127.0.0.1:8642.
        environment: the id of the environment or vector whose episodes to take; all by default.
        client: the connection to use in place of one of its own.
        data_format: one of Minari's.
        about: what ``minari.create_dataset_from_buffers`` takes besides, such as ``author``,
            ``algorithm_name`` and ``description``.

    Raises:
        SplitGymError: if there are no episodes, or they are of environments of different kinds,
            which a data set can't be.
    """
    used = client if client is not None else Client(url)
    try:
        return _export(dataset_id, used, environment, data_format, about)
    finally:
        if client is None:
            used.close()


def _export(
    dataset_id: str,
    client: Client,
    environment: str | None,
    data_format: str,
    about: Mapping[str, Any],
) -> minari.MinariDataset:
    ids = list(_ids(client, environment))
    if not ids:
        raise SplitGymError(
            "The server has recorded no such episodes: create environments with record=True, or"
            " start it with --record-episodes"
        )
    first = _episode(client, ids[0])
    metadata: list[dict[str, Any]] = []

    def buffers() -> Iterator[EpisodeBuffer]:
        for number, one in enumerate(ids):
            episode = first if number == 0 else _episode(client, one)
            _require_alike(first, episode)
            metadata.append(
                {
                    "environment": episode["environment"],
                    "environment_seed": episode["environmentSeed"],
                    "index": episode["index"],
                    "recorded": episode["recorded"],
                }
            )
            yield _buffer(episode)

    try:
        with warnings.catch_warnings():
            # it asks for an author, a link and so on by warnings
            warnings.simplefilter("ignore", UserWarning)
            dataset = minari.create_dataset_from_buffers(
                dataset_id,
                buffers(),
                observation_space=decode_space(first["observationSpace"]),
                action_space=decode_space(first["actionSpace"]),
                data_format=data_format,
                **about,
            )
        dataset.storage.update_episode_metadata(metadata)
        dataset.storage.update_metadata(_about_environment(first))
    except SplitGymError:
        minari.delete_dataset(dataset_id)
        raise
    return minari.load_dataset(dataset_id)


def _ids(client: Client, environment: str | None) -> Iterator[int]:
    after: int | None = -1
    while after is not None:
        body: dict[str, Any] = {"after": after, "limit": _PAGE}
        if environment is not None:
            body["environment"] = environment
        page = client.call("listEpisodes", body=body)
        yield from (one["id"] for one in page["episodes"])
        after = page["next"]


def _episode(client: Client, number: int) -> dict[str, Any]:
    return client.call("getEpisode", str(number), binary=True)


def _require_alike(first: Mapping[str, Any], other: Mapping[str, Any]) -> None:
    for name in _SAME:
        if not _equal(first[name], other[name]):
            raise SplitGymError(
                f"Episodes {first['id']} and {other['id']} are of environments with a different"
                f" {name}: choose those of one environment",
                field="environment",
            )


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, Mapping):
        return one.keys() == other.keys() and all(_equal(one[k], other[k]) for k in one)
    return bool(np.array_equal(one, other))


def _buffer(episode: Mapping[str, Any]) -> EpisodeBuffer:
    space = decode_space(episode["actionSpace"])
    steps = len(episode["rewards"])
    ends = np.arange(steps) == steps - 1
    return EpisodeBuffer(
        seed=episode["seed"],
        options=episode["options"] or None,
        observations=np.asarray(episode["observations"]),
        actions=np.asarray(episode["actions"]).astype(space.dtype),
        rewards=np.asarray(episode["rewards"], dtype=np.float64),
        terminations=ends & episode["terminated"],
        truncations=ends & episode["truncated"],
        infos=_infos(episode["infos"]),
    )


def _infos(columns: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """Columns as arrays, and ``cost.tokens`` as tokens within cost."""
    infos: dict[str, Any] = {}
    for name, values in columns.items():
        *path, last = name.split(".")
        inner = infos
        for part in path:
            inner = inner.setdefault(part, {})
        inner[last] = _column(values)
    return infos


def _column(values: Sequence[Any]) -> Any:
    given = [value for value in values if value is not None]
    if isinstance(given[0], str):
        return ["" if value is None else value for value in values]
    if len(given) == len(values):
        return np.array(values)
    missing = np.full(np.shape(given[0]), np.nan)
    return np.array([missing if value is None else value for value in values], dtype=np.float64)


def _about_environment(episode: Mapping[str, Any]) -> dict[str, Any]:
    known = {name: episode[name] for name in ("spec", "backend", "preset", "parameters")}
    about: dict[str, Any] = {"splitgym": known}
    name = f"splitgym/{episode['spec']}"
    if name in gymnasium.registry:
        spec = gymnasium.spec(name)
        spec.kwargs = {
            **spec.kwargs,
            "backend": episode["backend"],
            "preset": episode["preset"],
            **episode["parameters"],
        }
        about["env_spec"] = spec.to_json()
    return about


def main() -> None:
    """``python -m splitgym.minari``."""
    parser = argparse.ArgumentParser(
        prog="python -m splitgym.minari",
        description="Makes a Minari data set of a server's recorded episodes.",
    )
    parser.add_argument("dataset_id", help="such as splitgym/my-episodes-v0")
    parser.add_argument("--url", help="the server (default: SPLITGYM_URL, else port 8642 here)")
    parser.add_argument("--environment", help="the id of one environment or vector (default: all)")
    parser.add_argument("--format", default="hdf5", help="hdf5, arrow or parquet (default: hdf5)")
    parser.add_argument("--description")
    parser.add_argument("--author")
    parser.add_argument("--algorithm-name")
    given = parser.parse_args()
    dataset = export(
        given.dataset_id,
        given.url,
        environment=given.environment,
        data_format=given.format,
        description=given.description,
        author=given.author,
        algorithm_name=given.algorithm_name,
    )
    summary = {
        "dataset": given.dataset_id,
        "path": str(dataset.storage.data_path),
        "episodes": int(dataset.total_episodes),
        "steps": int(dataset.total_steps),
    }
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
