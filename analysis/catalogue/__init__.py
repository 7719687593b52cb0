"""Every kind of moment and every signal: what both the rules and the screens need to know about them. Pure data.

A new kind is a member of `types.MomentKind`, an entry here with its configuration and its sentences, and a rule in
`analysis/moments/kinds/`.
"""

from __future__ import annotations

from collections.abc import Mapping

from analysis.catalogue import face, picture, sound
from analysis.catalogue.kind import KindOfMoment
from analysis.types import MomentKind

_ALL = {**face.KINDS, **picture.KINDS, **sound.KINDS}

#: In the order of MomentKind.
CATALOGUE: Mapping[MomentKind, KindOfMoment] = {kind: _ALL[kind] for kind in MomentKind}
