"""How far apart two colours look, also to a reader who lacks a kind of cones."""

import numpy as np

from geo.palette import _lab, _linear

# G. Machado, M. Oliveira and L. Fernandes (2009), severity 1.0, on linear RGB;
# doi:10.1109/TVCG.2009.113.
SEEN_AS = {
    "normal": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}


def delta_e(first, second, *, vision="normal"):
    """Return how far apart two colours look (CIE 1976), 100 from black to white.

    About 2 can just be told apart side by side; map classes want 10 and more.

    Parameters
    ----------
    first, second
        Colours as ``#rrggbb``.
    vision
        "normal", or a reader without the red ("protan"), green ("deutan") or blue ("tritan")
        cones.
    """
    return float(np.linalg.norm(_seen(first, vision) - _seen(second, vision)))


def _seen(colour, vision):
    return _lab(np.clip(SEEN_AS[vision] @ _linear(colour), 0, 1))
