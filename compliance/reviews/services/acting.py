"""Taking a right or making it smaller, with proof: the same routes are tried before and after, in one transaction."""

from uuid import UUID

from accounts.access.models import TEAM_KEY
from accounts.people import queries as people
from compliance.reviews.models import Campaign, Evidence, Item
from compliance.reviews.queries import doorways
from compliance.reviews.rules import populations
from compliance.reviews.rules.populations import Acting, Ended
from compliance.reviews.rules.states import Act
from panel.kernel import ids
from panel.kernel.crypto import keyring


def do(campaign: Campaign, row: Item, acting: Acting, act: Act, right: str) -> Evidence:
    """Revoke, or reduce to `right`. Raises Gone, and what the act refuses."""
    population = populations.known(row.kind)
    looks = population.looks(row)
    before = doorways.answers(looks, acting.at)
    if act is Act.REDUCE and population.reduce is not None:
        population.reduce(acting, right)
        done = Ended()
    else:
        done = population.end(acting)
    after = doorways.answers(looks, acting.at)
    line = Evidence(
        id=ids.new_id(acting.at), item=row, campaign=campaign, at=acting.at, act=act, before=before, after=after,
        also=[f"{kind}:{one}" for kind, one in done.also], key_id=_key_of(row),
    )  # fmt: skip
    line.kept = dict(done.kept) or None
    line.save(force_insert=True)
    return line


def _key_of(row: Item) -> UUID:
    person = people.user(row.holder_id) if row.holder_kind == "user" else None
    return person.key_id if person else keyring.named(TEAM_KEY)


def closed(line: Evidence) -> bool:
    """Whether everything that was open before is shut now. What is still open is open by another way."""
    shut = [one["status"] for one in line.after]
    return all(now != 200 for now, then in zip(shut, line.before, strict=True) if then["status"] == 200)
