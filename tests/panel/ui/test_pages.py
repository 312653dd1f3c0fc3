"""Pages: after a change a redirect; a refusal stands in the form with the input kept."""

from collections.abc import Callable
from typing import Any

import pytest
from django import forms
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.views import View

from panel.kernel.actors import ANONYMOUS
from panel.kernel.errors import Conflict, Forbidden, Invalid, Refusal
from panel.ui.pages import Act, FormPage

Ask = Callable[..., HttpRequest]


class Sample(forms.Form):
    name = forms.CharField()


class Rename(FormPage):
    form_class = Sample
    refusal: Refusal | None = None

    def show(self, *, status: int = 200, **values: Any) -> HttpResponse:
        return HttpResponse(str(values["form"].errors) + values["form"].as_p(), status=status)

    def perform(self, form: Sample) -> str:
        if self.refusal:
            raise self.refusal
        self.tell("Renamed.")
        return "/done/"


class Stop(Act):
    refusal: Refusal | None = None

    def perform(self) -> str:
        if self.refusal:
            raise self.refusal
        return "Stopped."

    def back(self) -> str:
        return "/assistant/"


def send(view: type[View], *, htmx: bool = False, data: Any = None, **options: Any) -> Any:
    request = RequestFactory().post("/x/", data or {})
    request.htmx = htmx  # type: ignore[attr-defined]
    request.actor = ANONYMOUS  # type: ignore[attr-defined]
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    answer: Any = view.as_view(**options)(request)
    answer.told = [(one.level_tag, one.message) for one in get_messages(request)]
    return answer


def test_a_change_redirects_and_tells() -> None:
    answer = send(Rename, data={"name": "new"})
    assert (answer.status_code, answer["Location"]) == (302, "/done/")
    assert answer.told == [("success", "Renamed.")]


def test_htmx_follows_as_a_whole_page() -> None:
    answer = send(Rename, data={"name": "new"}, htmx=True)
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/done/")


def test_a_form_that_is_not_valid_is_422() -> None:
    assert send(Rename).status_code == 422


@pytest.mark.parametrize(
    ("refusal", "status"),
    [(Invalid(fields={"name": "This name is taken."}), 422), (Conflict("This name is taken."), 409)],
)
def test_what_the_verb_refuses_stands_in_the_form(refusal: Refusal, status: int) -> None:
    answer = send(Rename, data={"name": "typed"}, refusal=refusal)
    assert answer.status_code == status
    assert "This name is taken." in answer.content.decode()
    assert 'value="typed"' in answer.content.decode()


def test_a_missing_right_is_no_form_error() -> None:
    with pytest.raises(Forbidden):
        send(Rename, data={"name": "x"}, refusal=Forbidden("You cannot rename this."))


def test_a_button_goes_back_and_tells_what_happened() -> None:
    done = send(Stop)
    assert (done["Location"], done.told) == ("/assistant/", [("success", "Stopped.")])
    refused = send(Stop, refusal=Conflict("It is stopped already."))
    assert (refused["Location"], refused.told) == ("/assistant/", [("error", "It is stopped already.")])
