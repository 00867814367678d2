"""What the routes of webhooks share."""

from typing import Annotated

from fastapi import Depends

from app.accounts.dependencies import SettingsDependency
from app.model_registry.credentials import Vault


async def _vault(settings: SettingsDependency) -> Vault:
    return Vault(settings)


VaultDependency = Annotated[Vault, Depends(_vault)]
