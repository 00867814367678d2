"""The credentials of providers: encrypted where they are stored, or left in the environment.

Stored ones are Fernet tokens (AES-128-CBC with HMAC-SHA256) under a key that is not in the database, so that a copy of
the database gives none away. A token carries its own time, which is all that pages ever say of it.
"""

import base64
import json
import os
import secrets
import tempfile
import uuid
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

from app.config import Settings
from app.errors import PreferendumError

VARIABLE_PREFIX = "PREFERENDUM_CREDENTIAL_"
"""Of the variables that a provider may name: others, such as the database's, could be read out by naming them."""
LEAST_KEY_CHARACTERS = 32
KEY_FILE = "secret.key"
_TIME_BYTES = slice(1, 9)


class CredentialError(PreferendumError):
    """A credential that cannot be used, with what to do about it. Never carries the credential."""

    status = 409
    title = "The credential cannot be used"


class Vault:
    """Encrypts and decrypts credentials. The key is made when the first credential is to be kept."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def seal(self, provider_id: uuid.UUID, credential: SecretStr) -> bytes:
        """Encrypted for this provider alone: copied to another's row, it opens no more."""
        content = {"provider": str(provider_id), "credential": credential.get_secret_value()}
        return _cipher(self._key() or self._new_key()).encrypt(json.dumps(content).encode())

    def open(self, provider_id: uuid.UUID, sealed: bytes) -> SecretStr:
        """Raises CredentialError where the key is another than it was sealed with."""
        key = self._key()
        try:
            content = json.loads(_cipher(key).decrypt(sealed)) if key else {}
        except InvalidToken:
            content = {}
        if content.get("provider") != str(provider_id):
            raise CredentialError("The stored credential was encrypted under another key. Set it again.")
        return SecretStr(content["credential"])

    def _key(self) -> SecretStr | None:
        key = self._settings.configured_secret_key or _read_key(self._settings.data_dir / KEY_FILE)
        if key is not None and len(key) < LEAST_KEY_CHARACTERS:
            raise CredentialError(f"PREFERENDUM_SECRET_KEY needs at least {LEAST_KEY_CHARACTERS} random characters.")
        return key

    def _new_key(self) -> SecretStr:
        """Written whole or not at all; of several processes that do so at once, all take the one that came first."""
        folder = self._settings.data_dir
        folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f"{KEY_FILE}.", dir=folder)  # mode 0600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(secrets.token_urlsafe(48))
            with suppress(FileExistsError):
                os.link(temporary, folder / KEY_FILE)
        finally:
            Path(temporary).unlink()
        key = self._key()
        assert key is not None
        return key


def set_at(sealed: bytes) -> datetime:
    """When a credential was stored: the time that the Fernet format has in the clear."""
    seconds = int.from_bytes(base64.urlsafe_b64decode(sealed)[_TIME_BYTES], "big")
    return datetime.fromtimestamp(seconds, UTC)


def resolve(vault: Vault, provider_id: uuid.UUID, sealed: bytes | None, variable: str | None) -> SecretStr | None:
    """A provider's credential, None where it needs none. Raises CredentialError with what to do."""
    if sealed is not None:
        return vault.open(provider_id, sealed)
    if variable is None:
        return None
    if not variable.startswith(VARIABLE_PREFIX):
        raise CredentialError(f"The name of a credential's variable begins with {VARIABLE_PREFIX}.")
    value = os.environ.get(variable, "").strip()
    if not value:
        raise CredentialError(f"The environment variable {variable} is not set on this server.")
    return SecretStr(value)


def _cipher(key: SecretStr) -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=b"preferendum credentials").derive(key.get_secret_value().encode())
    return Fernet(base64.urlsafe_b64encode(derived))


def _read_key(file: Path) -> SecretStr | None:
    """Raises CredentialError where others on the machine can read the key, as ssh does."""
    try:
        mode = file.stat().st_mode
        text = file.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    if mode & 0o077:
        raise CredentialError(f"Others on this machine can read {file.name}. Run: chmod 600 {file}")
    return SecretStr(text)
