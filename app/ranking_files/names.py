"""The words for what can be asked."""

from typing import Literal

Method = Literal["bradley-terry", "davidson", "rao-kupper", "four-outcomes", "elo"]
Intervals = Literal["sandwich", "clustered", "bootstrap"]
