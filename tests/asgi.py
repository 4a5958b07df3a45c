"""Running what a server awaits; not in the thread of the test, where a browser may have a loop."""

import asyncio
from concurrent.futures import ThreadPoolExecutor


def awaited(coroutine):
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()
