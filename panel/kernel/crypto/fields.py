"""Encrypted model fields: plain in memory, an envelope in the database, bound to table, column and row."""

import json
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models.expressions import BaseExpression

from panel.kernel.crypto import keyring


class Sealed:
    """The stored bytes of a value that nobody has read yet."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data

    def __repr__(self) -> str:
        return "<sealed>"


class _Reader:
    """Opens on first read and remembers the plain value in the instance."""

    def __init__(self, field: "EncryptedText") -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type[models.Model]) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            instance.refresh_from_db(fields=[name])
        value = instance.__dict__[name]
        if isinstance(value, Sealed):
            value = self.field.opened(instance, value.data)
            instance.__dict__[name] = value
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedText(models.BinaryField):  # type: ignore[type-arg]
    """Text under the data key whose id stands in the instance's attribute `key`.

    Cannot be filtered on, ordered by or set with `QuerySet.update`; look-ups go through a blind index beside it.
    """

    def __init__(self, *args: Any, key: str = "key_id", **kwargs: Any) -> None:
        self.key = key
        kwargs.setdefault("editable", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs["key"] = self.key
        return name, path, args, kwargs

    def get_default(self) -> Any:
        return super().get_default() if self.has_default() else None

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _Reader(self))

    def from_db_value(self, value: Any, _expression: BaseExpression, _connection: Any) -> Sealed | None:
        return None if value is None else Sealed(bytes(value))

    def encoded(self, value: Any) -> bytes:
        return str(value).encode()

    def decoded(self, data: bytes) -> Any:
        return data.decode()

    def opened(self, instance: models.Model, data: bytes) -> Any:
        place = {"table": instance._meta.db_table, "column": self.column, "row": instance.pk}
        return self.decoded(keyring.open_sealed(data, **place))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: ARG002 - Django's signature
        value = model_instance.__dict__.get(self.attname)
        if value is None:
            return None
        if isinstance(value, Sealed):
            return value
        key_id = getattr(model_instance, self.key)
        if not isinstance(key_id, UUID):
            raise TypeError(f"{model_instance._meta.label} needs a data key in {self.key!r} before it is saved.")
        if model_instance.pk is None:
            raise TypeError(f"{model_instance._meta.label} needs its id before it is sealed.")
        place = {"table": model_instance._meta.db_table, "column": self.column, "row": model_instance.pk}
        return Sealed(keyring.seal(key_id, self.encoded(value), **place))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, Sealed):
            value = value.data
        elif value is not None:
            raise TypeError("An encrypted field is only written by saving its instance, and is never searched.")
        return super().get_db_prep_value(value, connection, prepared)

    def value_to_string(self, obj: models.Model) -> str:  # noqa: ARG002 - serialisers get no plain value
        return ""


class EncryptedJSON(EncryptedText):
    """A JSON value, sealed."""

    def encoded(self, value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    def decoded(self, data: bytes) -> Any:
        return json.loads(data)
