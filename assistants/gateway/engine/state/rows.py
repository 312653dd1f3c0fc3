"""The SQL of the snapshot: rows of other slices that changed after an epoch, as their models' docstrings promise them."""

from typing import Any, Final

from psycopg import AsyncConnection

Row = tuple[Any, ...]

EPOCH: Final = "SELECT number FROM kernel_epoch"
INSTALLATION: Final = "SELECT id FROM kernel_installation"
DATA_KEYS: Final = (
    "SELECT id, purpose, owner, kek_id, wrapped FROM kernel_datakey WHERE ring = 'serving' AND epoch > %s"
)
ASSISTANTS: Final = """
SELECT a.id, a.slug, a.state, a.live_version_id,
  coalesce(s.keep, CASE WHEN a.store_content THEN 'full' ELSE 'statistics' END), s.purpose_id,
  extract(epoch FROM a.created_at)::bigint
FROM catalog_assistant a LEFT JOIN LATERAL (
  SELECT keep, purpose_id FROM catalog_storage WHERE assistant_id = a.id ORDER BY number DESC LIMIT 1
) s ON true WHERE a.epoch > %s"""
PURPOSES: Final = (
    "SELECT id, slug, basis = 'consent', retired_at IS NULL, required, notice_required FROM consent_purpose"
    " WHERE epoch > %s"
)
BOUND: Final = (
    "SELECT id, assistant_id, purpose_id, api_key_id, route, required, ended_at IS NULL FROM catalog_binding"
    " WHERE epoch > %s"
)
# Every subject of the person that a name belongs to, and their last word on each purpose.
PERSON: Final = """
SELECT g.ids, c.found FROM (
  SELECT coalesce(l.person_id, i.subject_id) AS person FROM subjects_subjectidentifier i
  LEFT JOIN subjects_link l ON l.subject_id = i.subject_id AND l.ended_at IS NULL WHERE i.kind = %s AND i.index = %s
) p CROSS JOIN LATERAL (
  SELECT array_agg(s.id) AS ids FROM (SELECT p.person AS id UNION
    SELECT m.subject_id FROM subjects_link m WHERE m.person_id = p.person AND m.ended_at IS NULL) s
) g CROSS JOIN LATERAL (
  SELECT json_agg(json_build_array(d.purpose_id, d.state, d.version, d.notice, extract(epoch FROM d.expires_at))) AS found
  FROM (SELECT DISTINCT ON (purpose_id) * FROM consent_standing WHERE subject_id = ANY(g.ids)
    ORDER BY purpose_id, since DESC, id DESC) d
) c"""
# Subjects whose consents changed, with everybody who is one person with them.
CHANGED: Final = """
WITH c AS (SELECT s.subject_id, coalesce(l.person_id, s.subject_id) AS person FROM consent_standing s
  LEFT JOIN subjects_link l ON l.subject_id = s.subject_id AND l.ended_at IS NULL WHERE s.epoch > %s)
SELECT subject_id FROM c UNION SELECT person FROM c UNION
SELECT m.subject_id FROM subjects_link m JOIN c ON m.person_id = c.person WHERE m.ended_at IS NULL"""
# Every name of people whose data may not be processed (GDPR Art. 18, 21).
RESTRICTED: Final = """
WITH r AS (SELECT DISTINCT coalesce(l.person_id, x.subject_id) AS person FROM consent_restriction x
  LEFT JOIN subjects_link l ON l.subject_id = x.subject_id AND l.ended_at IS NULL WHERE x.lifted_at IS NULL)
SELECT i.index FROM (SELECT person AS id FROM r UNION SELECT m.subject_id FROM subjects_link m
  JOIN r ON m.person_id = r.person WHERE m.ended_at IS NULL) s
JOIN subjects_subjectidentifier i ON i.subject_id = s.id AND i.kind IN ('end_user', 'api_key', 'account')"""
# Names of people who objected to, or opted out of, what nobody is asked about (GDPR Art. 21), with the purpose: their last
# word on it, whichever of their subjects gave it.
OBJECTED: Final = """
WITH d AS (SELECT DISTINCT ON (person, purpose_id) * FROM (
  SELECT coalesce(l.person_id, s.subject_id) AS person, s.purpose_id, s.state, s.since, s.id FROM consent_standing s
  JOIN consent_purpose p ON p.id = s.purpose_id AND p.basis <> 'consent'
  LEFT JOIN subjects_link l ON l.subject_id = s.subject_id AND l.ended_at IS NULL) f
  ORDER BY person, purpose_id, since DESC, id DESC),
o AS (SELECT person, purpose_id FROM d WHERE state = 'withdrawn')
SELECT i.index, s.purpose_id FROM (SELECT person AS id, purpose_id FROM o UNION
  SELECT m.subject_id, o.purpose_id FROM subjects_link m JOIN o ON m.person_id = o.person WHERE m.ended_at IS NULL) s
JOIN subjects_subjectidentifier i ON i.subject_id = s.id AND i.kind IN ('end_user', 'api_key', 'account')"""
VERSIONS: Final = "SELECT id, number, content FROM catalog_version WHERE id = ANY(%s)"
# What the page of a long job would show, as one value: it changes when the page does.
JOB: Final = (
    "SELECT ended_at IS NOT NULL, state, done, total, phase, words, log->-1, attempts, cancel_requested_at"
    " FROM kernel_job WHERE id = %s"
)
TRIAL: Final = "SELECT id, content FROM gateway_trial WHERE assistant_id = %s AND digest = %s"
PROVIDERS: Final = "SELECT id, kind, base_url, enabled FROM providers_provider WHERE epoch > %s"
POLICIES: Final = "SELECT id, document FROM guard_guardpolicy WHERE epoch > %s"
SECRETS: Final = (
    "SELECT s.id, s.state, s.expires_at, s.current, v.sealed FROM vault_secret s"
    " JOIN vault_secretversion v ON v.secret_id = s.id AND v.number = s.current WHERE s.epoch > %s"
)
BINDINGS: Final = "SELECT secret_id, user_kind, user_id FROM vault_secretbinding WHERE secret_id = ANY(%s)"


def _ways(person: str, assistant: str, permit: str, roles: str, grants: str = "") -> str:
    """SQL for the ends of every way in which a person may do something to an assistant, as accounts.access decides it."""
    return f"""
      SELECT coalesce(g.expires_at, 'infinity') AS ends FROM access_rolegrant g
       WHERE g.user_id = {person} AND g.role IN ({roles})
      UNION ALL
      SELECT coalesce(g.expires_at, 'infinity') FROM access_customrolegrant g
        JOIN access_customrole c ON c.id = g.role_id AND c.retired_at IS NULL AND '{permit}' = ANY(c.permits)
       WHERE g.user_id = {person}
      UNION ALL
      SELECT g.expires_at FROM access_guest g WHERE g.user_id = {person} AND '{permit}' = ANY(g.permits)
      UNION ALL
      SELECT coalesce(g.expires_at, 'infinity') FROM catalog_assistantusergrant g
       WHERE g.user_id = {person} AND g.content_object_id = {assistant}{grants}
      UNION ALL
      SELECT coalesce(g.expires_at, 'infinity') FROM people_user_groups m
        JOIN catalog_assistantteamgrant g ON g.group_id = m.group_id AND g.content_object_id = {assistant}{grants}
       WHERE m.user_id = {person}"""  # noqa: S608 - names of columns from this file


# Whether somebody may still try an assistant in the playground (permit catalog.try_assistant) at an instant.
TRYING: Final = f"""
SELECT coalesce(max(w.ends) > b.at AND coalesce(
  (SELECT v.expires_at FROM access_guest v WHERE v.user_id = b.person), 'infinity') > b.at, false)
FROM (SELECT %s::uuid AS person, %s::uuid AS assistant, %s::timestamptz AS at) b
JOIN people_user u ON u.id = b.person AND u.state = 'active'
LEFT JOIN LATERAL ({
    _ways(
        "b.person",
        "b.assistant",
        "catalog.try_assistant",
        "'administrator'",
        " AND g.permission_id IN (SELECT id FROM auth_permission WHERE codename IN ('operator', 'editor', 'owner'))",
    )
}) w ON true GROUP BY b.person, b.at"""  # noqa: S608
# A key with its assistants, each until its owner's right to see it ends (permit catalog.view_assistant, decided as
# accounts.access does; a property test holds the two together): the longest of all their ways in Unix seconds, infinity
# without an end; an assistant without any way is left out.
_KEY: Final = f"""
SELECT k.digest, k.id, k.scopes, k.expires_at, k.revoked_at IS NULL AND u.state = 'active', k.networks,
  a.ids, a.ends, k.previous_digest, k.previous_until, k.kind, k.key_id
FROM credentials_apikey k JOIN people_user u ON u.id = k.owner_id LEFT JOIN LATERAL (
  SELECT array_agg(l.assistant_id) AS ids, array_agg(r.ends) AS ends
  FROM credentials_apikeyassistant l CROSS JOIN LATERAL (
    SELECT extract(epoch FROM least(max(w.ends), coalesce(
        (SELECT v.expires_at FROM access_guest v WHERE v.user_id = k.owner_id), 'infinity')))::float8 AS ends,
        max(w.ends) AS found
    FROM ({
    _ways("k.owner_id", "l.assistant_id", "catalog.view_assistant", "'administrator', 'auditor', 'privacy_officer'")
}
    ) w
  ) r
  WHERE l.api_key_id = k.id AND r.found IS NOT NULL
) a ON true WHERE k.kind IN ('gateway', 'client') AND """  # noqa: S608
KEYS: Final = _KEY + "k.epoch > %s AND (%s OR k.revoked_at IS NULL) ORDER BY k.epoch DESC LIMIT %s"
KEY: Final = _KEY + "%s IN (k.digest, k.previous_digest)"
CLIENT: Final = _KEY + "k.kind = 'client' AND k.key_id = %s"
SIGNERS: Final = "SELECT id, public, seal, ends_at FROM credentials_signingkey WHERE epoch > %s"
ENDED_TOKENS: Final = (
    "SELECT id, expires FROM credentials_accesstoken"
    " WHERE revoked_at IS NOT NULL AND epoch > %s AND expires > to_timestamp(%s)"
)
# Sessions that ended lately. A stream lives for ten minutes at most: by then nothing hangs on older ones.
ENDED_SESSIONS: Final = "SELECT id FROM signin_session WHERE ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT 5000"
ALLOWED_HOSTS: Final = "SELECT host, port FROM outbound_allowedhost"
CONTENT_KEY: Final = "SELECT public FROM gateway_contentkey ORDER BY created_at DESC LIMIT 1"
BEAT: Final = (
    "INSERT INTO kernel_worker (id, kind, epoch, seen_at, started_at) VALUES (%s, 'gateway', %s, %s, %s)"
    " ON CONFLICT (id) DO UPDATE SET epoch = EXCLUDED.epoch, seen_at = EXCLUDED.seen_at"
)
GONE: Final = "DELETE FROM kernel_worker WHERE id = %s"


async def rows(connection: AsyncConnection, query: str, *values: Any) -> list[Row]:
    cursor = await connection.execute(query, values)
    return await cursor.fetchall()


async def one(connection: AsyncConnection, query: str, *values: Any) -> Any:
    """The first column of the first row, None without one."""
    found = await rows(connection, query, *values)
    return found[0][0] if found else None
