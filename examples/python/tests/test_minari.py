"""Recorded episodes as a Minari data set, read back by Minari itself."""

from __future__ import annotations

import csv
import json
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest

from servers import Server, command, served
from splitgym.client import Client
from splitgym.errors import SplitGymError

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    minari: Any = pytest.importorskip("minari", reason="minari needs Python 3.11")
    pytest.importorskip("h5py")
    from splitgym.minari import export

EPISODES, STEPS = 4, 6


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path / "minari"))
    with served(tmp_path) as server:
        yield server


def stepped(server: Server, **parameters: Any) -> tuple[str, list[dict[str, Any]]]:
    """Plays in a recorded environment; gives its id, and what was seen and done."""
    env = gymnasium.make(
        "splitgym/SplitInference-v0",
        url=server.url,
        record=True,
        episodeSteps=STEPS,
        actionMask=True,
        **parameters,
    )
    played = []
    for number in range(EPISODES):
        seed = 40 + number if number % 2 == 0 else None
        options = {"p": 3 + number}
        observation, info = env.reset(seed=seed, options=options)
        episode: dict[str, Any] = {
            "seed": seed,
            "options": options,
            "observations": [observation],
            "infos": [info],
            "actions": [],
            "rewards": [],
            "ends": [],
        }
        done = False
        while not done:
            action = (7 * number + len(episode["actions"])) % 5
            observation, reward, terminated, truncated, info = env.step(action)
            episode["observations"].append(observation)
            episode["infos"].append(info)
            episode["actions"].append(action)
            episode["rewards"].append(reward)
            episode["ends"].append((terminated, truncated))
            done = terminated or truncated
        played.append(episode)
    session = env.unwrapped.session  # type: ignore[attr-defined]
    env.close()
    return session, played


def per_episode(dataset: Any) -> Any:
    return dataset.storage.get_episode_metadata(range(dataset.total_episodes))


@pytest.mark.parametrize("preset", ["default", "reference"])
def test_minari_reads_what_was_stepped(server: Server, preset: str) -> None:
    _, played = stepped(server, preset=preset)
    export("splitgym/test-v0", server.url, description="A test.", author="SplitGym")

    dataset = minari.load_dataset("splitgym/test-v0")
    assert dataset.total_episodes == EPISODES
    assert dataset.total_steps == EPISODES * STEPS
    for episode, expected in zip(dataset.iterate_episodes(), played, strict=True):
        assert episode.observations.dtype == np.float32
        np.testing.assert_array_equal(episode.observations, expected["observations"])
        np.testing.assert_array_equal(episode.actions, expected["actions"])
        np.testing.assert_array_equal(episode.rewards, expected["rewards"])
        ends = np.array(expected["ends"])
        assert episode.terminations.dtype == np.bool_
        np.testing.assert_array_equal(episode.terminations, ends[:, 0])
        np.testing.assert_array_equal(episode.truncations, ends[:, 1])
        perplexities = [info.get("lnPpl", np.nan) for info in expected["infos"]]
        np.testing.assert_array_equal(episode.infos["lnPpl"], perplexities)
        masks = [info["action_mask"] for info in expected["infos"]]
        np.testing.assert_array_equal(episode.infos["action_mask"], masks)
        terms = [info["rewardTerms"]["load"] for info in expected["infos"][1:]]
        loads = episode.infos["rewardTerms"]["load"]
        assert np.isnan(loads[0])
        np.testing.assert_array_equal(loads[1:], terms)
    for metadata, expected in zip(per_episode(dataset), played, strict=True):
        assert metadata.get("seed") == expected["seed"]
        assert metadata["options"] == expected["options"]
        assert metadata["total_steps"] == STEPS


def test_the_environment_can_be_recovered(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    stepped(server, preset="L")
    dataset = export("splitgym/test-v0", server.url)
    assert dataset.storage.metadata["splitgym"]["preset"] == "L"
    monkeypatch.setenv("SPLITGYM_URL", server.url)
    env = dataset.recover_environment()
    assert env.observation_space == dataset.observation_space
    assert env.action_space == dataset.action_space
    recovered = env.unwrapped.description
    assert recovered["parameters"] == dataset.storage.metadata["splitgym"]["parameters"]
    env.close()


def test_a_vectors_episodes_are_there_too(server: Server) -> None:
    envs = gymnasium.make_vec(
        "splitgym/SplitInference-v0",
        num_envs=3,
        url=server.url,
        episodeSteps=2,
        record=True,
        autoreset_mode="SameStep",
    )
    envs.reset(seed=1)
    for _ in range(4):
        envs.step(np.array([1, 2, 3]))
    envs.close()
    dataset = export("splitgym/test-v0", server.url)
    assert dataset.total_episodes == 6
    assert sorted(m["index"] for m in per_episode(dataset)) == [0, 0, 1, 1, 2, 2]


def test_different_environments_are_no_data_set(server: Server) -> None:
    with pytest.raises(SplitGymError, match="record=True"):
        export("splitgym/test-v0", server.url)
    session, _ = stepped(server)
    stepped(server, preset="H")
    with pytest.raises(SplitGymError, match="different preset"):
        export("splitgym/test-v0", server.url)
    assert "splitgym/test-v0" not in minari.list_local_datasets()
    assert export("splitgym/test-v0", server.url, environment=session).total_episodes == EPISODES


def test_csv_has_a_row_for_each_reset_and_step(server: Server, tmp_path: Path) -> None:
    session, played = stepped(server)
    file = tmp_path / "episodes.csv"
    data = ["--data", str(tmp_path / "data")]
    done = subprocess.run(
        [*command(), "episodes", "export", "--csv", str(file), "--json", *data],
        check=True,
        capture_output=True,
    )
    assert json.loads(done.stdout)["episodes"] == EPISODES
    with file.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == EPISODES * (STEPS + 1)
    expected = played[1]
    mine = rows[STEPS + 1 : 2 * (STEPS + 1)]
    for i, row in enumerate(mine):
        assert row["environment"] == session
        assert int(row["step"]) == i
        seen = [np.float32(row[f"observation.{name}"]) for name in ("sigma", "m", "p")]
        np.testing.assert_array_equal(seen, expected["observations"][i])
        assert float(row["info.cleanLnPpl"]) == expected["infos"][i]["cleanLnPpl"]
        if i > 0:
            assert float(row["info.lnPpl"]) == expected["infos"][i]["lnPpl"]
            assert int(row["action"]) == expected["actions"][i - 1]
            assert float(row["reward"]) == expected["rewards"][i - 1]
    assert mine[-1]["truncated"] == "true"

    client = Client(server.url)
    assert client.call("deleteEpisodes", body={"environment": session}) == {"deleted": EPISODES}
    assert client.call("listEpisodes")["episodes"] == []
    client.close()
