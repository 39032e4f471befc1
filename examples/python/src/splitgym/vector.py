"""Many environments that live on a server and step together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import ArrayLike, NDArray

from splitgym.client import Client, TransportName
from splitgym.errors import InvalidValueError
from splitgym.prediction import Prediction
from splitgym.session import Session, State
from splitgym.spaces import decode_space

StepResult = tuple[
    NDArray[Any], NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]
]

_MODES = ("NextStep", "SameStep", "Disabled")
_MOST_SMALL = 255


class RemoteVectorEnv(VectorEnv[Any, Any, Any]):
    """A vector of environments on a SplitGym server, stepped by one message.

    ``gymnasium.make_vec("splitgym/SplitInference-v0", num_envs=64, autoreset_mode="SameStep")``
    makes one. It behaves as Gymnasium's ``SyncVectorEnv`` of single environments does, in all
    three autoreset modes. Arrays go over the wire as bytes. Not safe for use by several threads.

    Attributes:
        session: the vector's id on the server.
        description: what the server answered when it made the vector.
        autoreset_mode: Gymnasium's ``AutoresetMode``, by its name where Gymnasium has none.
    """

    def __init__(
        self,
        num_envs: int = 1,
        spec_id: str = "SplitInference-v0",
        url: str | None = None,
        backend: str | None = None,
        preset: str | None = None,
        actions: int | None = None,
        *,
        autoreset_mode: Any = "NextStep",
        timeout: float = 120.0,
        transport: TransportName = "websocket",
        client: Client | None = None,
        **parameters: Any,
    ) -> None:
        """Makes a vector on the server; what isn't given is as the server has it.

        Args:
            num_envs: how many environments.
            spec_id: which kind; ``GET /v1/env-specs`` lists them.
            url: the server's address; default: ``SPLITGYM_URL``, else http://127.0.0.1:8642.
            backend: ``"surrogate"`` (the server's default) or ``"llm"``.
            preset: a named set of parameters, such as ``"reference"``.
            actions: the number of actions: 3, 5 (the server's default), 7 or 9.
            autoreset_mode: ``"NextStep"``, ``"SameStep"`` or ``"Disabled"``, or Gymnasium's
                ``AutoresetMode``.
            timeout: seconds within which the server must answer.
            transport: ``"websocket"`` or ``"http"``.
            client: the connection to use; the url, timeout and transport are then its own.
            parameters: further fields of ``POST /v1/vector-envs``.

        Raises:
            InvalidValueError: if the server refuses a value; says which, and what is allowed.
            ConnectionLostError: if no server answers.
            SplitGymError: if the server can't make it; ``command`` may say what helps.
        """
        # Gymnasium closes what is deleted, and there is nothing to close yet.
        self.closed = True
        mode = str(getattr(autoreset_mode, "value", autoreset_mode))
        if mode not in _MODES:
            raise InvalidValueError(
                f"autoreset_mode is {autoreset_mode!r}, must be one of {', '.join(_MODES)}",
                field="autoreset_mode",
                value=autoreset_mode,
                allowed=f"one of {', '.join(_MODES)}",
            )
        chosen = {"backend": backend, "preset": preset, "actions": actions, **parameters}
        body = {"spec": spec_id, "numEnvs": num_envs, "autoreset": mode}
        body.update({k: v for k, v in chosen.items() if v is not None})
        self._play(Session.create("Vector", body, client, url, timeout, transport))

    @classmethod
    def from_state(
        cls,
        state: State,
        url: str | None = None,
        *,
        timeout: float = 120.0,
        transport: TransportName = "websocket",
        client: Client | None = None,
    ) -> RemoteVectorEnv:
        """Makes a vector that goes on from a state which ``save`` gave.

        It has the spec, backend, parameters, size and autoreset mode of the one that was saved, be
        it of another server. No reset is needed. The arguments and errors are those of the
        constructor.
        """
        return cls._of(Session.create("Vector", {"state": state}, client, url, timeout, transport))

    @classmethod
    def _of(cls, session: Session) -> RemoteVectorEnv:
        env = cls.__new__(cls)
        env.closed = True
        env._play(session)
        return env

    def _play(self, session: Session) -> None:
        """Takes over a session that is new."""
        self._session = session
        self.closed = False
        self.session = session.id
        self.description = session.description
        try:
            self.num_envs = int(self.description["numEnvs"])
            self.single_observation_space = decode_space(self.description["singleObservationSpace"])
            self.single_action_space = decode_space(self.description["singleActionSpace"])
        except BaseException:
            session.close()
            raise
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self.action_space = batch_space(self.single_action_space, self.num_envs)
        self.autoreset_mode = _autoreset_mode(str(self.description["autoreset"]))
        self.metadata = {"autoreset_mode": self.autoreset_mode}
        self.render_mode = None
        self._everyone = np.ones(self.num_envs, dtype=np.bool_)

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Any, dict[str, Any]]:
        """Starts episodes.

        Args:
            seed: environment i gets ``seed + i``, or the i-th of a sequence; where there is None,
                that environment's randomness goes on from where it stands.
            options: what fixes the starts, such as ``{"sigma": 0.2}``; ``reset_mask`` is a Boolean
                array that is true for the environments to reset, all of them without it.
        """
        body: dict[str, Any] = {}
        if seed is not None:
            body["seed"] = seed if isinstance(seed, (int, np.integer)) else _seeds(seed)
        if options:
            mask = options.get("reset_mask")
            if mask is not None and not isinstance(mask, np.ndarray):
                raise TypeError(f"options['reset_mask'] is {type(mask)}, must be an array")
            body["options"] = {k: v for k, v in options.items() if v is not None}
        answer = self._session.reset(body, binary=True)
        return answer["observations"], _infos(answer["infos"], self._everyone)

    def step(self, actions: Any) -> StepResult:
        """Takes an action in each environment.

        Raises:
            TypeError: if the actions aren't whole numbers.
            InvalidValueError: if they aren't one for each environment, each in its space.
            SplitGymError: before the first reset, and with ``Disabled`` where an episode is over
                (status 409); no environment has then taken a step.
            ConnectionLostError: if the connection broke and no server came back. The step may
                have taken place, so the vector must be reset.
        """
        self.step_async(actions)
        return self.step_wait()

    def step_async(self, actions: Any) -> None:
        """Sends actions, without waiting for what they lead to; ``step_wait`` does."""
        self._session.send_step({"actions": self._encoded(actions)}, binary=True)

    def step_wait(self) -> StepResult:
        """What the actions that ``step_async`` sent led to; raises what ``step`` does."""
        answer = self._session.receive_step()
        return (
            answer["observations"],
            answer["rewards"],
            answer["terminations"],
            answer["truncations"],
            _infos(answer["infos"], self._everyone),
        )

    def describe(self) -> dict[str, Any]:
        """What the server says of the vector now."""
        return self._session.describe()

    def save(self) -> State:
        """The whole state, all randomness included, for ``restore`` and ``from_state``.

        It is JSON, to be kept as it is, about 120 bytes for each environment.

        Raises:
            SplitGymError: while a step is under way or its outcome isn't known.
        """
        return self._session.save()

    def restore(self, state: State) -> None:
        """Goes on from a state of a vector of the same size, autoreset mode and parameters.

        The same resets and steps then show the same as after ``save``. The observations are what
        they were when the state was saved. Needs no reset, before or after.

        Raises:
            InvalidValueError: if the state isn't one of such a vector; changes nothing.
        """
        self._session.restore(state)

    def clone(self) -> RemoteVectorEnv:
        """Another vector that goes on from here: neither knows of the other afterwards.

        The same resets and steps lead both the same way. The clone is played over this one's
        connection, so both belong to one thread, and is closed for itself.

        Raises:
            SplitGymError: while a step is under way or its outcome isn't known; if the server has
                as many environments as it may (status 429).
        """
        return self._of(self._session.clone())

    def predict(self, points: ArrayLike) -> Prediction:
        """What the environments' model has for ln PPL at points ``[n, 3]`` of (sigma, m, p).

        Nothing is stepped. ``Client.predict`` says more.
        """
        return self._session.predict(points)

    def close_extras(self, **kwargs: Any) -> None:
        """Frees the vector on the server; ``close`` calls it once."""
        self._session.close()

    def _encoded(self, actions: Any) -> NDArray[Any]:
        """The smallest array that holds them; the server checks the values."""
        array = np.asarray(actions)
        if array.shape != (self.num_envs,):
            raise InvalidValueError(
                f"actions has shape {array.shape}, must be ({self.num_envs},)",
                field="actions",
                value=array.shape,
                allowed=f"({self.num_envs},)",
            )
        if array.dtype.kind not in "iu":
            raise TypeError(f"actions has dtype {array.dtype}, must be of whole numbers")
        # These are what array.min() and array.max() call, in several steps.
        small = np.minimum.reduce(array) >= 0 and np.maximum.reduce(array) <= _MOST_SMALL
        return array.astype(np.uint8 if small else np.int64)


def _autoreset_mode(name: str) -> Any:
    """Gymnasium's name for it; Gymnasium 1.0 has none yet."""
    modes = getattr(gymnasium.vector, "AutoresetMode", None)
    return name if modes is None else modes(name)


def _seeds(seeds: Sequence[int | None]) -> Any:
    given = list(seeds)
    return given if None in given else np.array(given, dtype=np.int64)


def _infos(columns: dict[str, Any], everyone: NDArray[np.bool_]) -> dict[str, Any]:
    """Infos as Gymnasium's vector environments have them, from what the wire left out.

    Args:
        columns: as the server sent them.
        everyone: true for each environment.
    """
    infos: dict[str, Any] = {}
    for name, value in columns.items():
        masked = f"_{name}"
        mask = columns.get(masked)
        if mask is None:
            if name[0] == "_" and name[1:] in columns:
                continue
            infos[name] = _column(name, value, everyone, everyone)
            infos[masked] = everyone.copy()
        else:
            infos[name] = _column(name, value, mask, everyone)
            infos[masked] = mask
    return infos


def _column(name: str, value: Any, mask: NDArray[np.bool_], everyone: NDArray[np.bool_]) -> Any:
    """A column of an info, where the mask is true for those that have one."""
    if name == "final_obs":
        rows, column = value, np.full(len(mask), None, dtype=object)
        for i in np.flatnonzero(mask):
            column[i] = rows[i]
        return column
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, dict):
        return _infos(value, everyone)
    if isinstance(value, (str, int, float)):
        # the same for all that have one
        column = np.empty(len(mask), dtype=object if isinstance(value, str) else type(value))
        if mask is everyone:
            column.fill(value)
        else:
            column.fill(None if isinstance(value, str) else 0)
            column[mask] = value
        return column
    return value
