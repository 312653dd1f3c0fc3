"""What any request may try, whatever the route: another host, another method, more fields than there are, ids to guess."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.forms import ModelForm
from django.http import HttpResponse
from django.test import RequestFactory
from rest_framework.serializers import ModelSerializer

from panel.kernel import actors
from panel.kernel.crypto.fields import EncryptedText
from panel.kernel.errors import Refusal
from panel.ui.api.views import Endpoint
from tests.architecture import reference, tree
from tests.architecture.routes import routes
from tests.architecture.sweep import walking
from tests.architecture.sweep.verdicts import handled
from tests.factories.world import World

TAKING = ("post", "put", "patch")
pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def test_another_host_is_answered_nowhere(world: World) -> None:
    """The host of a link is the panel's own setting, never the request's."""
    answered = [
        route.path
        for route in routes()
        if world.clients["nobody"].get(route.path, headers={"Host": walking.EVIL}).status_code != 400
    ]
    assert answered == []


@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace", "purge"])
def test_a_method_without_code_is_refused(method: str) -> None:
    """405, or a refusal before it: no view takes what it was not written for."""
    taken = []
    for route in routes():
        if method in handled(route) or not (hasattr(route.view, "view_class") or hasattr(route.view, "cls")):
            continue
        request: Any = RequestFactory().generic(method.upper(), route.path)
        request.actor, request.user, request.session = actors.ANONYMOUS, AnonymousUser(), {}
        try:
            answer = route.view(request, **dict(route.kinds))
        except Refusal as refusal:
            answer = HttpResponse(status=refusal.status)
        status = answer.status_code
        # The second step of signing in leads back to the first before it looks at the method.
        if status not in {401, 403, 404, 405} and not answer.get("Location", "").startswith("/sign-in/"):
            taken.append(f"{method} {route.path}: {status}")
    assert taken == []


def _below(cls: Any) -> list[Any]:
    return [one for child in cls.__subclasses__() for one in (child, *_below(child))]


def test_no_body_is_bound_to_a_model() -> None:
    """Mass assignment: what a form or an endpoint takes is named field by field; serializers of models only write."""
    reference.load_everything()
    ours = [one for one in _below(ModelForm) if one.__module__.split(".")[0] in tree.PRODUCT]
    assert ours == []
    for view in _below(Endpoint):
        body = getattr(view, "input_class", None)
        assert body is None or not issubclass(body, ModelSerializer), view
        if body is None and any(hasattr(view, one) and one in view.http_method_names for one in TAKING):
            shape = getattr(view, "serializer_class", None)
            reading = isinstance(shape, type) and issubclass(shape, ModelSerializer)
            written = set(shape.Meta.fields) - set(getattr(shape.Meta, "read_only_fields", ())) if reading else set()  # type: ignore[union-attr]
            assert written == set(), view
    for one in _below(ModelSerializer):
        meta = getattr(one, "Meta", None)
        assert getattr(meta, "fields", None) != "__all__", one
        assert not hasattr(meta, "exclude"), one


def test_no_endpoint_shows_a_sealed_column_as_empty() -> None:
    """A serializer of a model reads a sealed column as nothing; who shows one says so, as a field of its own."""
    reference.load_everything()
    empty = []
    for one in _below(ModelSerializer):
        meta = getattr(one, "Meta", None)
        columns = {field.name: field for field in meta.model._meta.get_fields()} if meta else {}
        own = one._declared_fields
        shown = [name for name in getattr(meta, "fields", ()) if name not in own]
        empty += [f"{one.__module__}.{one.__name__}.{n}" for n in shown if isinstance(columns.get(n), EncryptedText)]
    assert empty == []


def test_no_address_holds_an_id_to_count_up() -> None:
    """Ids are random enough; the only numbers count versions of one thing that was found by its id."""
    numbers = {name for route in routes() for name, filler in route.kinds if filler.isdigit()}
    assert numbers <= {"number", "version", "revision"}
