"""What planning agents need: states saved, restored and cloned, and predictions."""

from __future__ import annotations

import gc
import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from gymnasium.utils.env_checker import data_equivalence

from splitgym import Client, InvalidValueError, RemoteEnv, RemoteVectorEnv, SplitGymError

Make = Callable[..., RemoteEnv]

DRIFTING: dict[str, Any] = {"dynamics": {"kind": "gauss-markov"}, "episodeSteps": 6}


@pytest.fixture(params=["websocket", "http"])
def make(url: str, request: pytest.FixtureRequest) -> Iterator[Make]:
    """Makes environments over either transport and closes them after the test."""
    made: list[RemoteEnv] = []

    def make(**parameters: Any) -> RemoteEnv:
        made.append(RemoteEnv(url=url, transport=request.param, **parameters))
        return made[-1]

    yield make
    for env in made:
        env.close()


def played(env: RemoteEnv, steps: int = 12) -> list[Any]:
    """What the next steps show; an episode that ends is followed by another."""
    seen: list[Any] = []
    for action in itertools.islice(itertools.cycle([2, 4, 0, 1]), steps):
        seen.append(env.step(action))
        if seen[-1][2] or seen[-1][3]:
            seen.append(env.reset())
    return seen


def same(one: Any, other: Any) -> None:
    assert data_equivalence(one, other, exact=True), f"{one}\n{other}"


def test_what_is_restored_goes_on_as_what_was_saved(make: Make) -> None:
    env = make(**DRIFTING)
    env.reset(seed=3)
    env.step(2)
    state = json.loads(json.dumps(env.save()))
    expected = played(env)
    env.restore(state)
    assert env.describe()["steps"] == 1
    same(played(env), expected)
    other = make(**DRIFTING)
    other.restore(state)
    same(played(other), expected)


def test_an_environment_is_made_from_a_state(url: str, make: Make) -> None:
    env = make(preset="H", actions=9, **DRIFTING)
    env.reset(seed=3)
    with RemoteEnv.from_state(env.save(), url, render_mode="ansi") as other:
        assert other.action_space == env.action_space
        assert other.description["preset"] == "H"
        assert other.session != env.session
        same(played(other), played(env))
        assert str(other.render()).startswith("sigma ")


def test_a_clone_goes_on_by_itself(make: Make) -> None:
    env = make(**DRIFTING)
    env.reset(seed=3, options={"p": 5})
    env.step(2)
    clone = env.clone()
    kept = clone.clone()
    same(played(clone), played(env))
    clone.close()
    assert kept.describe()["steps"] == 1
    assert kept.step(2)[0][2] == 7
    env.close()
    assert kept.step(2)[0][2] == 8
    kept.close()


def test_clones_that_nobody_holds_are_freed(client: Client) -> None:
    env = RemoteEnv(client=client)
    env.reset(seed=1)
    sessions = []
    for _ in range(5):
        clone = env.clone()
        sessions.append(clone.session)
        clone.self_reference = clone  # type: ignore[attr-defined]  # as in a tree with parents
    del clone
    gc.collect()
    assert client.sessions == {env.session}
    for session in sessions:
        with pytest.raises(SplitGymError) as refused:
            client.call("describe", session)
        assert refused.value.status == 404
    env.close()


def test_a_state_that_does_not_fit_is_refused_and_changes_nothing(make: Make) -> None:
    env, other = make(), make(preset="reference")
    for one in (env, other):
        one.reset(seed=1)
    with pytest.raises(InvalidValueError):
        env.restore(other.save())
    state = env.save()
    with pytest.raises(InvalidValueError, match="checksum"):
        env.restore({**state, "steps": 3})
    assert env.save() == state
    env.step(0)


def test_nothing_is_saved_or_cloned_in_the_middle_of_a_step(make: Make) -> None:
    env = make()
    env.reset(seed=1, options={"p": 5})
    state = env.save()
    env.step_async(2)
    with pytest.raises(SplitGymError, match="step_wait"):
        env.save()
    with pytest.raises(SplitGymError, match="step_wait"):
        env.clone()
    env.restore(state)
    with pytest.raises(SplitGymError, match="step_async"):
        env.step_wait()
    assert env.step(0)[0][2] == 5


def test_a_reset_forgets_the_step_that_is_under_way(make: Make) -> None:
    env = make()
    env.reset(seed=1, options={"p": 5})
    env.step_async(2)
    env.reset(options={"p": 9})
    assert env.step(2)[0][2] == 10


def test_the_restored_is_rendered(make: Make) -> None:
    env = make(render_mode="ansi")
    env.reset(seed=1)
    env.restore(env.save())
    assert env.render() == "restored to step 0"


def test_predictions_are_the_means_of_what_steps_show(make: Make) -> None:
    env = make(sigmaRange=[0.2, 0.2])
    told = env.predict([[0.2, 1.0, p] for p in (5, 10)])
    assert told.ln_ppl.shape == told.spread.shape == told.source.shape == (2,)
    assert told.ln_ppl.dtype == told.spread.dtype == np.float64
    assert told.source.tolist() == ["surrogate", "surrogate"]
    assert (told.spread > 0).all()
    assert (told.draw_deviation >= 0).all()
    env.reset(seed=1, options={"sigma": 0.2, "m": 1.0, "p": 10})
    assert env.step(0)[4]["lnPpl"] == pytest.approx(told.ln_ppl[1], abs=1e-6)


def test_an_environments_predictions_are_those_of_its_channel(make: Make, client: Client) -> None:
    points = [[0.1, 1.0, 3]]
    erasing = make(preset="reference").predict(points)
    assert erasing.ln_ppl != make().predict(points).ln_ppl
    assert erasing.ln_ppl == client.predict(points, preset="reference").ln_ppl


def vector_played(env: RemoteVectorEnv) -> list[Any]:
    random = np.random.default_rng(1)
    return [env.step(random.integers(5, size=env.num_envs)) for _ in range(8)]


@pytest.mark.parametrize("transport", ["websocket", "http"])
@pytest.mark.parametrize("mode", ["NextStep", "SameStep"])
def test_a_vector_goes_on_from_a_state_and_as_a_clone(url: str, mode: str, transport: Any) -> None:
    with Client(url, transport=transport) as client:
        env = RemoteVectorEnv(5, client=client, autoreset_mode=mode, **DRIFTING)
        env.reset(seed=3)
        env.step(np.full(5, 2))
        state = json.loads(json.dumps(env.save()))
        clone = env.clone()
        expected = vector_played(env)
        same(vector_played(clone), expected)
        env.restore(state)
        same(vector_played(env), expected)
        other = RemoteVectorEnv.from_state(state, client=client)
        assert other.autoreset_mode == env.autoreset_mode
        assert other.observation_space == env.observation_space
        same(vector_played(other), expected)
        for one in (env, clone, other):
            one.close()
        assert not client.sessions


def test_a_state_of_another_size_is_refused(client: Client) -> None:
    env, other = RemoteVectorEnv(2, client=client), RemoteVectorEnv(3, client=client)
    env.reset(seed=1)
    with pytest.raises(InvalidValueError):
        env.restore(other.save())
    env.step(np.zeros(2, dtype=int))
    env.close()
    other.close()


def test_a_vector_predicts_too(url: str) -> None:
    points = np.array([[0.1, 1.0, 3]], dtype=np.float32)
    with Client(url) as client:
        env = RemoteVectorEnv(2, client=client)
        np.testing.assert_array_equal(env.predict(points).ln_ppl, client.predict(points).ln_ppl)
        env.close()


def test_more_points_than_the_server_takes_at_once_are_told(client: Client) -> None:
    points = np.random.default_rng(0).uniform([0, 0.5, 1], [0.3, 10, 29], (10_000, 3)).round(2)
    points[:, 2] = points[:, 2].round()
    told = client.predict(points)
    assert told.ln_ppl.shape == (10_000,)
    for i in (0, 4095, 4096, 9_999):
        assert client.predict(points[i : i + 1]).ln_ppl[0] == told.ln_ppl[i]


@pytest.mark.parametrize("wrong", [[], [0.1, 1, 3], [[0.1, 1]], np.zeros((0, 3))])
def test_points_of_another_shape_are_refused(client: Client, wrong: Any) -> None:
    with pytest.raises(InvalidValueError, match=r"must be \(n, 3\)") as refused:
        client.predict(wrong)
    assert refused.value.field == "points"


def test_a_point_that_cannot_be_is_named(client: Client) -> None:
    with pytest.raises(InvalidValueError) as refused:
        client.predict([[0.1, 1, 3], [1.5, 1, 3]])
    assert "points" in str(refused.value.field)
    assert "1.5" in str(refused.value)


def test_a_number_that_is_not_waited_for_has_no_answer(client: Client) -> None:
    number = client.send("health")
    client.receive(number)
    with pytest.raises(SplitGymError, match=str(number)):
        client.receive(number)
