"""Heavy jobs: a few at a time, each in a process of its own; who comes later waits for a turn.

A job is a function of a module and what it is given. It runs in a child, at a lower priority:
a thread would share the interpreter with those who answer clicks, and two of them make every click
wait. Who asks for the same gets the same job, later on its result; a job that nobody waits for any
more is not done, or stopped. Turns go round those who ask: behind one who asked for fifty files the
next waits for one of them.

========  =====================================================================================
`Queue`   takes jobs, says how far each is, keeps results
`Job`     what somebody waits for
`Child`   a process that does one job after the other (`geo.jobs_child`)
========  =====================================================================================
"""

import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from math import inf
from pathlib import Path
from threading import Condition, Thread, Timer
from typing import Any, Protocol

from geo.kept import KeptBytes

Listener = Callable[[Any], None]


class QueueFull(Exception):
    """So many jobs wait that another one is not taken."""


class JobStopped(Exception):
    """The child ended before its job: it was stopped, took too long, or the system killed it."""


@dataclass(frozen=True)
class Call:
    """What a child does: "module:function", called with the arguments and `progress=`.

    In a queue the function tells `progress` the share that is done, from 0 to 1, and returns bytes.
    While one that `is_long` is done, at least one worker is left for others.
    """

    function: str
    arguments: tuple[Any, ...] = ()
    is_long: bool = False


class Worker(Protocol):
    """Does one job after the other, in a process that is started when it is needed."""

    def ready(self) -> None:
        """Start the process, without waiting for it."""

    def run(self, call: Call, told: Listener) -> bytes:
        """Return the result; `told` hears how far it is. `JobStopped` if the process ended."""

    def kill(self) -> None:
        """End the process at once, in the middle of a job too (from any thread)."""

    def end(self) -> None:
        """End the process and let go of it; `run` would start another one."""


@dataclass(eq=False)
class Job:
    """What somebody waits for; `done` holds the result, or why there is none.

    Attributes
    ----------
    round
        In which round its turn comes.
    whose
        For whom it is done; see `Queue.ask`.
    share
        How much is done, from 0 to 1.
    askers
        Who waits, and until when each is thought to be there.
    worker
        Who does it; None as long as it waits for its turn.
    """

    key: Hashable
    call: Call
    round: int = 0
    whose: set[str] = field(default_factory=set)
    done: Future[bytes] = field(default_factory=Future)
    share: float = 0.0
    askers: dict[Hashable, float] = field(default_factory=dict)
    worker: Worker | None = None


class Queue:
    """Takes jobs and has them done: one of each who asks, then a second one of each, and so on.

    Parameters
    ----------
    worker
        Returns another worker.
    at_once
        How many jobs are done at a time.
    most_waiting, most_of_one
        How many more may wait for their turn, and how many of them be one person's.
    keep_bytes
        How much of the results is kept.
    idle_s
        For how long a worker stays that has nothing to do.
    most_s
        How long a job may take before it is stopped.
    clock
        Returns seconds that only grow.
    """

    def __init__(
        self,
        worker: Callable[[], Worker],
        *,
        at_once: int = 2,
        most_waiting: int = 40,
        most_of_one: int = 20,
        keep_bytes: int = 100_000_000,
        idle_s: float = 300.0,
        most_s: float = 1800.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.kept = KeptBytes(keep_bytes)
        self._worker, self._clock = worker, clock
        self._at_once = at_once
        self._most_waiting, self._most_of_one = most_waiting, most_of_one
        self._idle_s, self._most_s = idle_s, most_s
        self._jobs: dict[Hashable, Job] = {}  # waiting or being done, in the order they came
        self._round = 0  # of the job that was begun last
        self._threads = self._idle = 0
        self._turn = Condition()

    def ask(
        self,
        key: Hashable,
        call: Call,
        asker: Hashable,
        *,
        whose: str = "",
        patience_s: float = inf,
    ) -> Job:
        """Return the job of this key: what is kept, what is under way, or a new one.

        Parameters
        ----------
        key
            What the result depends on.
        call
            How it is made.
        asker
            Who waits until it leaves, or until it has not asked again for `patience_s` seconds.
        whose
            Any name of the person or program for which it is done: each has one turn a round. Who
            has none ("") is taken for somebody else each time.

        Raises
        ------
        QueueFull
            If too many wait already, or too many of this person's.
        """
        if (content := self.kept.get(key)) is not None:
            job = Job(key, call, share=1.0)
            job.done.set_result(content)
            return job
        with self._turn:
            self._forget_silent()
            theirs = [each for each in self._jobs.values() if whose and whose in each.whose]
            # A round after the one that is under way, and after the last job of the same person.
            turn = 1 + max((self._round, *(each.round for each in theirs)))
            if key not in self._jobs:
                n_theirs = sum(each.worker is None for each in theirs)
                if len(self._waiting()) >= self._most_waiting or n_theirs >= self._most_of_one:
                    raise QueueFull
                self._jobs[key] = Job(key, call, turn)
                if self._idle < len(self._waiting()):
                    self._hire()
                self._turn.notify()
            job = self._jobs[key]
            job.round = min(job.round, turn)
            job.whose.add(whose)
            job.askers[asker] = self._clock() + patience_s
            return job

    def before(self, job: Job) -> int:
        """Return how many jobs come before one; 0 once it is being done.

        Long ones do not stand in the way of a short one.
        """
        with self._turn:
            if job.worker is not None or self._jobs.get(job.key) is not job:
                return 0
            jobs = self._in_order()
            earlier = jobs[: jobs.index(job)]
            return sum(job.call.is_long or not each.call.is_long for each in earlier)

    def leave(self, key: Hashable, asker: Hashable) -> None:
        """Wait no longer; what nobody else waits for is dropped, also while it is being done."""
        with self._turn:
            job = self._jobs.get(key)
            if job and job.askers.pop(asker, None) and not job.askers:
                self._drop(job)

    def make_ready(self) -> None:
        """Have a worker ready: somebody is about to ask."""
        with self._turn:
            if not self._threads:
                self._hire()

    def _in_order(self) -> list[Job]:
        return sorted(self._jobs.values(), key=lambda job: job.round)  # of a round as they came

    def _waiting(self) -> list[Job]:
        return [job for job in self._in_order() if job.worker is None]

    def _forget_silent(self) -> None:
        """Drop what waits for its turn and has not been asked for again."""
        now = self._clock()
        for job in self._waiting():
            if all(until < now for until in job.askers.values()):
                self._drop(job)

    def _drop(self, job: Job) -> None:
        del self._jobs[job.key]
        job.done.cancel()
        if job.worker is not None:
            job.worker.kill()

    def _hire(self) -> None:
        if self._threads < self._at_once:
            self._threads += 1
            Thread(target=self._serve, daemon=True, name="heavy-jobs").start()

    def _serve(self) -> None:
        """Do jobs in one worker as long as there are any."""
        worker = self._worker()
        worker.ready()
        while (job := self._next(worker)) is not None:
            limit = Timer(self._most_s, worker.kill)
            limit.daemon = True
            limit.start()
            try:
                content = worker.run(job.call, partial(setattr, job, "share"))
            except Exception as error:
                self._finish(job, partial(job.done.set_exception, error))
            else:
                self.kept.put(job.key, content)
                self._finish(job, partial(job.done.set_result, content))
            limit.cancel()
        worker.end()

    def _next(self, worker: Worker) -> Job | None:
        with self._turn:
            self._idle += 1
            try:
                while True:
                    self._forget_silent()
                    if job := self._first():
                        job.worker = worker
                        self._round = max(self._round, job.round)
                        return job
                    if not self._turn.wait(self._idle_s) and not self._waiting():
                        self._threads -= 1
                        return None
            finally:
                self._idle -= 1

    def _first(self) -> Job | None:
        """Return the job whose turn it is."""
        long = sum(job.call.is_long and job.worker is not None for job in self._jobs.values())
        may_be_long = long < max(1, self._at_once - 1)
        fitting = (job for job in self._waiting() if may_be_long or not job.call.is_long)
        return next(fitting, None)

    def _finish(self, job: Job, end: Callable[[], None]) -> None:
        with self._turn:
            is_wanted = self._jobs.get(job.key) is job
            if is_wanted:
                del self._jobs[job.key]
        if is_wanted:
            end()


class Child:
    """A process that does one job after the other; it ends with this one.

    Parameters
    ----------
    prepare
        "module:function" that it calls first, such as one that reads the data.
    """

    def __init__(self, prepare: str = "") -> None:
        self._prepare = prepare
        self._process: subprocess.Popen[bytes] | None = None

    def ready(self) -> None:
        """Start the process; if that fails now, the first job tries again."""
        with suppress(OSError):
            self._started()

    def run(self, call: Call, told: Listener) -> Any:
        """Return what the child made; raise what it raised, or `told`: then `end` it."""
        try:
            kind, value = self._asked(call, told)
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            self.end()
            raise JobStopped(call.function) from error
        if kind == "failed":
            raise value
        return value

    def kill(self) -> None:
        """End the process at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def end(self) -> None:
        """End the process and close the pipes to it."""
        self.kill()
        for pipe in (self._process.stdin, self._process.stdout) if self._process else ():
            with suppress(OSError):  # what could not be written any more
                pipe.close()  # type: ignore[union-attr]
        self._process = None

    def _asked(self, call: Call, told: Listener) -> tuple[str, Any]:
        process = self._started()
        given, answers = process.stdin, process.stdout
        assert given is not None
        assert answers is not None
        pickle.dump(call, given)
        given.flush()
        while True:
            kind, value = pickle.load(answers)
            if kind != "share":
                return kind, value
            told(value)

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is not None and self._process.poll() is not None:
            self.end()
        if self._process is None:
            root = str(Path(__file__).resolve().parents[1])
            self._process = subprocess.Popen(
                [sys.executable, "-m", "geo.jobs_child", *filter(None, [self._prepare])],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=os.environ | {"PYTHONPATH": os.pathsep.join([root, *filter(None, sys.path)])},
                # A key that stops the server stops it alone. Not a session of its own: Linux shares
                # processors out among sessions, and only within one by priority.
                process_group=0,
            )
        return self._process
