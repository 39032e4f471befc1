"""Vectors against a live server, beside Gymnasium's own vectors of single environments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces
from gymnasium.utils.env_checker import data_equivalence

from splitgym import InvalidValueError, RemoteVectorEnv, SplitGymError
from splitgym.client import Client

ID = "splitgym/SplitInference-v0"
MODES = ["NextStep", "SameStep", "Disabled"]
# Gymnasium 1.0 has a single mode and no name for it.
MODES_ARE_NAMED = hasattr(gymnasium.vector, "AutoresetMode")

Make = Callable[..., RemoteVectorEnv]


@pytest.fixture
def make(url: str) -> Iterator[Make]:
    """Makes vectors and closes them after the test."""
    made: list[RemoteVectorEnv] = []

    def make(num_envs: int = 3, **parameters: Any) -> RemoteVectorEnv:
        env = gymnasium.make_vec(ID, num_envs=num_envs, url=url, **parameters)
        assert isinstance(env, RemoteVectorEnv)
        made.append(env)
        return env

    yield make
    for env in made:
        env.close()


def singles(url: str, num_envs: int, mode: str, **parameters: Any) -> Any:
    """Gymnasium's own vector of as many single environments."""
    return gymnasium.make_vec(
        ID,
        num_envs=num_envs,
        vectorization_mode="sync",
        vector_kwargs={"autoreset_mode": autoreset_mode(mode)} if MODES_ARE_NAMED else None,
        url=url,
        **parameters,
    )


def autoreset_mode(name: str) -> Any:
    return gymnasium.vector.AutoresetMode(name) if MODES_ARE_NAMED else name


def same(one: Any, other: Any) -> None:
    assert data_equivalence(one, other, exact=True), f"{one}\n{other}"


@pytest.mark.parametrize("transport", ["websocket", "http"])
@pytest.mark.parametrize("mode", MODES)
def test_shows_what_gymnasiums_vector_of_single_environments_shows(
    url: str, make: Make, mode: str, transport: str
) -> None:
    if mode != "NextStep" and not MODES_ARE_NAMED:
        pytest.skip("Gymnasium 1.0 has no such mode")
    parameters = {"episodeSteps": 4, "actionMask": True, "dynamics": {"kind": "gauss-markov"}}
    ours = make(autoreset_mode=mode, transport=transport, **parameters)
    theirs = singles(url, 3, mode, **parameters)
    random = np.random.default_rng(5)
    try:
        assert ours.single_observation_space == theirs.single_observation_space
        assert ours.observation_space == theirs.observation_space
        assert ours.action_space == theirs.action_space
        assert ours.metadata["autoreset_mode"] == autoreset_mode(mode)
        # The episodes then end at different steps where a mask is all that resets them.
        same(ours.reset(seed=7), theirs.reset(seed=7))
        for step in range(14):
            actions = random.integers(5, size=3)
            one, other = ours.step(actions), theirs.step(actions)
            same(one, other)
            over = one[2] | one[3]
            if mode == "Disabled" and over.any():
                same(
                    ours.reset(options={"reset_mask": over.copy()}),
                    theirs.reset(options={"reset_mask": over.copy()}),
                )
            elif mode == "Disabled" and step == 1:
                mask = np.array([False, True, False])
                same(
                    ours.reset(seed=[None, 9, None], options={"reset_mask": mask.copy()}),
                    theirs.reset(seed=[None, 9, None], options={"reset_mask": mask.copy()}),
                )
        same(ours.reset(seed=[3, 1, 2]), theirs.reset(seed=[3, 1, 2]))
    finally:
        theirs.close()


def test_next_step_is_the_default_as_in_gymnasium(make: Make) -> None:
    env = make(episodeSteps=1)
    assert env.metadata["autoreset_mode"] == autoreset_mode("NextStep")
    env.reset(seed=1)
    assert env.step(np.zeros(3, dtype=int))[3].all()
    _, rewards, _, truncations, _ = env.step(np.zeros(3, dtype=int))
    assert not rewards.any()
    assert not truncations.any()


def test_values_have_the_types_that_gymnasium_asks_for(make: Make) -> None:
    env = make(num_envs=5)
    observations, infos = env.reset(seed=1)
    assert isinstance(env.action_space, spaces.MultiDiscrete)
    assert observations in env.observation_space
    assert infos["_split"].dtype == np.bool_
    observations, rewards, terminations, truncations, _ = env.step(env.action_space.sample())
    assert observations in env.observation_space
    assert rewards.dtype == np.float64
    assert rewards.shape == (5,)
    assert terminations.dtype == truncations.dtype == np.bool_


def test_gymnasiums_wrappers_take_it(url: str) -> None:
    env = gymnasium.wrappers.vector.RecordEpisodeStatistics(
        gymnasium.make_vec(ID, num_envs=2, url=url, episodeSteps=2)
    )
    env.reset(seed=1)
    env.step(np.array([0, 0]))
    infos = env.step(np.array([0, 0]))[4]
    assert infos["episode"]["l"].tolist() == [2, 2]
    env.close()


def test_what_it_returned_stays_as_it_was(make: Make) -> None:
    env = make()
    first, _ = env.reset(seed=1)
    kept = first.copy()
    env.step(np.array([2, 2, 2]))
    np.testing.assert_array_equal(first, kept)


def test_refusals_name_the_field_and_take_no_step(make: Make) -> None:
    env = make()
    env.reset(seed=1, options={"p": 5})
    with pytest.raises(InvalidValueError) as refused:
        env.step(np.array([2, 2, 99]))
    assert "actions" in str(refused.value.field)
    with pytest.raises(InvalidValueError, match="shape"):
        env.step(np.array([2, 2]))
    with pytest.raises(TypeError, match="whole numbers"):
        env.step(np.array([0.5, 1, 1]))
    with pytest.raises(InvalidValueError, match="-1"):
        env.step(np.array([0, 0, -1]))
    assert env.step(np.array([2, 2, 2]))[0][:, 2].tolist() == [6, 6, 6]


def test_a_disabled_vector_refuses_a_step_after_an_episode(make: Make) -> None:
    env = make(autoreset_mode="Disabled", episodeSteps=1)
    env.reset(seed=1)
    env.step(np.zeros(3, dtype=int))
    with pytest.raises(SplitGymError) as refused:
        env.step(np.zeros(3, dtype=int))
    assert (refused.value.status, refused.value.kind) == (409, "episode-not-running")


def test_a_mode_that_is_none_is_refused(make: Make) -> None:
    with pytest.raises(InvalidValueError, match="SameStep") as refused:
        make(autoreset_mode="never")
    assert refused.value.field == "autoreset_mode"


def test_a_thousand_environments_step_and_are_freed(url: str, make: Make) -> None:
    env = make(num_envs=1000)
    env.reset(seed=list(range(1000)))
    assert env.step(np.full(1000, 2))[0].shape == (1000, 3)
    client = Client(url)
    assert client.call("describeVector", env.session)["numEnvs"] == 1000
    env.close()
    env.close()
    with pytest.raises(SplitGymError) as refused:
        client.call("describeVector", env.session)
    assert refused.value.status == 404
    client.close()
    with pytest.raises(SplitGymError, match="closed"):
        env.reset()


def test_vectors_step_at_once(make: Make) -> None:
    one, other = make(num_envs=2), make(num_envs=2)
    for env in (one, other):
        env.reset(seed=1, options={"p": 5})
        env.step_async(np.array([2, 0]))
    assert [env.step_wait()[0][:, 2].tolist() for env in (one, other)] == [[6, 5], [6, 5]]
