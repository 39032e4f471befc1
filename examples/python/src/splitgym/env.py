"""A Gymnasium environment that lives on a server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gymnasium
from numpy.typing import ArrayLike

from splitgym.client import Client, TransportName
from splitgym.errors import InvalidValueError
from splitgym.prediction import Prediction
from splitgym.session import Session, State
from splitgym.spaces import decode_info, decode_space, decoder, encode_element


class RemoteEnv(gymnasium.Env[Any, Any]):
    """One environment on a SplitGym server, from its creation to its release.

    Spaces, rewards and the end of an episode are the server's; ``openapi.yaml`` at the root of
    the project is the contract. Each environment has a session of its own, and a connection of its
    own unless it is given a client. Not safe for use by several threads at once.

    Attributes:
        session: the environment's id on the server.
        description: what the server answered when it made the environment.
    """

    metadata = {"render_modes": ["ansi"], "render_fps": 4}  # noqa: RUF012

    def __init__(
        self,
        spec_id: str = "SplitInference-v0",
        url: str | None = None,
        backend: str | None = None,
        preset: str | None = None,
        actions: int | None = None,
        *,
        timeout: float = 120.0,
        transport: TransportName = "websocket",
        client: Client | None = None,
        render_mode: str | None = None,
        **parameters: Any,
    ) -> None:
        """Makes an environment on the server; what isn't given is as the server has it.

        Args:
            spec_id: which environment; ``GET /v1/env-specs`` lists them.
            url: the server's address; default: ``SPLITGYM_URL``, else http://127.0.0.1:8642.
            backend: ``"surrogate"`` (the server's default) or ``"llm"``.
            preset: a named set of parameters, such as ``"reference"``.
            actions: the number of actions: 3, 5 (the server's default), 7 or 9.
            timeout: seconds within which the server must answer.
            transport: ``"websocket"`` or ``"http"``.
            client: the connection to use, which several environments of a thread may share; the
                url, timeout and transport are then its own.
            render_mode: None or ``"ansi"``, with which ``render`` gives a line of text.
            parameters: further fields of ``POST /v1/envs``, by the names they have there.

        Raises:
            InvalidValueError: if the server refuses a value; says which, and what is allowed.
            ConnectionLostError: if no server answers.
            SplitGymError: if the server can't make it; ``command`` may say what helps.
        """
        _require_render_mode(render_mode)
        self.render_mode = render_mode
        chosen = {"backend": backend, "preset": preset, "actions": actions, **parameters}
        body = {"spec": spec_id, **{k: v for k, v in chosen.items() if v is not None}}
        self._play(Session.create("", body, client, url, timeout, transport))

    @classmethod
    def from_state(
        cls,
        state: State,
        url: str | None = None,
        *,
        timeout: float = 120.0,
        transport: TransportName = "websocket",
        client: Client | None = None,
        render_mode: str | None = None,
    ) -> RemoteEnv:
        """Makes an environment that goes on from a state which ``save`` gave.

        It has the spec, backend and parameters of the one that was saved, be it of another server.
        No reset is needed. The arguments and errors are those of the constructor.
        """
        _require_render_mode(render_mode)
        session = Session.create("", {"state": state}, client, url, timeout, transport)
        return cls._of(session, render_mode)

    @classmethod
    def _of(cls, session: Session, render_mode: str | None) -> RemoteEnv:
        env = cls.__new__(cls)
        env.render_mode = render_mode
        env._play(session)
        return env

    def _play(self, session: Session) -> None:
        """Takes over a session that is new."""
        self._session = session
        self.session = session.id
        self.description = session.description
        try:
            self.observation_space = self._observation_space = decode_space(
                self.description["observationSpace"]
            )
            self.action_space = self._action_space = decode_space(self.description["actionSpace"])
            self._decode = decoder(self._observation_space)
        except BaseException:
            session.close()
            raise
        self._names = self.description["observationSpace"].get("names", [])
        self._action: Any = None
        self._line = ""

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Starts an episode.

        Args:
            seed: restarts the environment's randomness; None goes on from where it stands.
            options: what fixes the start, such as ``{"sigma": 0.2, "m": 1.0, "p": 5}``.
        """
        super().reset(seed=seed)
        body: dict[str, Any] = {}
        if seed is not None:
            body["seed"] = seed
        if options:
            body["options"] = options
        answer = self._session.reset(body)
        self._line = self._render_observation(answer["observation"])
        return self._decode(answer["observation"]), decode_info(answer["info"])

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Takes an action.

        Raises:
            TypeError: if the action isn't a whole number.
            InvalidValueError: if the action isn't in the action space.
            SplitGymError: before the first reset and after an episode's end (status 409).
            ConnectionLostError: if the connection broke and no server came back. The step may
                have taken place, so the environment must be reset.
        """
        self._action = encode_element(self._action_space, action)
        return self._outcome(self._session.step(self._action))

    def step_async(self, action: Any) -> None:
        """Sends an action, without waiting for what it leads to; ``step_wait`` does."""
        self._action = encode_element(self._action_space, action)
        self._session.send_step({"action": self._action})

    def step_wait(self) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """What the action that ``step_async`` sent led to; raises what ``step`` does."""
        return self._outcome(self._session.receive_step())

    def _outcome(self, answer: dict[str, Any]) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        reward = float(answer["reward"])
        if self.render_mode is not None:
            self._line = (
                f"{self._render_observation(answer['observation'])}"
                f"  action {self._action}  reward {reward:.4f}"
            )
        return (
            self._decode(answer["observation"]),
            reward,
            bool(answer["terminated"]),
            bool(answer["truncated"]),
            decode_info(answer["info"]),
        )

    def describe(self) -> dict[str, Any]:
        """What the server says of the environment now: ``status``, ``steps``, ``episodes``, ..."""
        return self._session.describe()

    def save(self) -> State:
        """The whole state, its randomness included, for ``restore`` and ``from_state``.

        It is JSON, to be kept as it is; the server made sure of it by a checksum.

        Raises:
            SplitGymError: while a step is under way or its outcome isn't known.
        """
        return self._session.save()

    def restore(self, state: State) -> None:
        """Goes on from a state of an environment with the same spec, backend and parameters.

        The same resets and steps then show the same as after ``save``. The observation is what it
        was when the state was saved. Needs no reset, before or after.

        Raises:
            InvalidValueError: if the state isn't one of such an environment; changes nothing.
        """
        description = self._session.restore(state)
        self._line = f"restored to step {description['steps']}"

    def clone(self) -> RemoteEnv:
        """Another environment that goes on from here: neither knows of the other afterwards.

        The same resets and steps lead both the same way. The clone is played over this one's
        connection, so both belong to one thread, and is closed for itself.

        Raises:
            SplitGymError: while a step is under way or its outcome isn't known; if the server has
                as many sessions as it may (status 429).
        """
        env = self._of(self._session.clone(), self.render_mode)
        env._line = self._line
        return env

    def predict(self, points: ArrayLike) -> Prediction:
        """What the environment's model has for ln PPL at points ``[n, 3]`` of (sigma, m, p).

        Nothing is stepped. ``Client.predict`` says more.
        """
        return self._session.predict(points)

    def render(self) -> str | None:
        """A line of text on where the episode stands, or None without ``render_mode``."""
        return self._line if self.render_mode == "ansi" else None

    def close(self) -> None:
        """Frees the session on the server; further calls do nothing."""
        self._session.close()

    def _render_observation(self, observation: Any) -> str:
        if len(self._names) != len(observation):
            return str(observation)
        pairs = zip(self._names, observation, strict=True)
        return "  ".join(f"{name} {value:.4g}" for name, value in pairs)


def step_all(
    envs: Sequence[RemoteEnv], actions: Sequence[Any]
) -> list[tuple[Any, float, bool, bool, dict[str, Any]]]:
    """A step of each environment, all under way at once: the slowest one's time, not the sum.

    Args:
        envs: what ``gymnasium.make(...).unwrapped`` gives, of any servers and backends.
        actions: one for each.

    Raises:
        InvalidValueError: if there aren't as many actions as environments.
        SplitGymError: what ``step`` raises, for the first environment that it fails for; the
            others have taken their step.
    """
    if len(envs) != len(actions):
        raise InvalidValueError(
            f"there are {len(actions)} actions, must be {len(envs)}, one for each environment",
            field="actions",
            value=len(actions),
            allowed=len(envs),
        )
    sent: list[RemoteEnv] = []
    failure: Exception | None = None
    for env, action in zip(envs, actions, strict=True):
        try:
            env.step_async(action)
        except Exception as e:
            failure = failure or e
        else:
            sent.append(env)
    results = []
    for env in sent:
        try:
            results.append(env.step_wait())
        except Exception as e:
            failure = failure or e
    if failure is not None:
        raise failure
    return results


def _require_render_mode(mode: str | None) -> None:
    if mode is not None and mode not in RemoteEnv.metadata["render_modes"]:
        raise ValueError(f"render_mode is {mode!r}, must be None or 'ansi'")
