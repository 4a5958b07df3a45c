"""Jobs that a child does in tests."""

import os
import sys
import time

ready = []


def prepare():
    ready.append(True)
    print("what is printed goes to the log")


def double(text, *, progress):
    progress(0.5)
    print(text)
    return text.encode() * 2


def told(*, progress):
    return repr((ready, os.nice(0), os.getsid(0), os.getpgrp())).encode()


def refuse(*, progress):
    raise ValueError("no such commune")


def refuse_oddly(*, progress):
    error = ValueError("no such district")
    error.thing = sys  # does not travel
    raise error


def last_for_ever_in_words(*, progress):
    last_for_ever(progress=lambda share: progress((share, "reading")))


def last_for_ever(*, progress):
    progress(0.1)
    while True:
        time.sleep(1)
