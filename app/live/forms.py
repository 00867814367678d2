"""What a composer sends."""

import uuid
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from app.arenas.schemas import STORABLE, BattleKind

Prompt = Annotated[str, StringConstraints(pattern=STORABLE)]


class AskForm(BaseModel):
    """A first question. model_a and model_b are version ids, for the kinds in which people choose."""

    model_config = ConfigDict(extra="forbid")

    prompt: Prompt = ""
    kind: BattleKind = "anonymous"
    model_a: uuid.UUID | None = None
    model_b: uuid.UUID | None = None
    consent: bool = False

    @property
    def chosen(self) -> tuple[uuid.UUID, ...]:
        """The models that were picked, of which the kind may want fewer."""
        return tuple(picked for picked in (self.model_a, self.model_b) if picked is not None)


class TurnForm(BaseModel):
    """A further question in a battle."""

    model_config = ConfigDict(extra="forbid")

    prompt: Prompt = ""
